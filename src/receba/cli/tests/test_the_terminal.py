"""The commands, run as a user runs them: a process, its output, its exit code."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest


def receba(*args, data, **env):
    return subprocess.run(
        [sys.executable, "-c", "from receba.cli import main; main()", *map(str, args)],
        capture_output=True,
        text=True,
        timeout=120,
        env={
            **os.environ,
            "RECEBA_DATA": str(data),
            "RECEBA_DATABASE_FAST": "1",
            "DJANGO_SETTINGS_MODULE": "receba.config.settings",
            **env,
        },
    )


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory):
    """Six customers, fourteen monthly titles each; customer n pays 3 x n days late."""
    path = tmp_path_factory.mktemp("files") / "carteira.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["cliente", "emissao", "vencimento", "pagamento", "valor"])
        for n in range(6):
            for month in range(14):
                issued = date(2025, 1, 6) + timedelta(30 * month + n)
                due = issued + timedelta(21)
                paid = due + timedelta(3 * n)
                out.writerow([f"C{n}", issued.isoformat(), due.isoformat(), paid.isoformat(), f"{100 + n},50"])
    return path


MAP = "customer=cliente,issued=emissao,due=vencimento,paid=pagamento,amount=valor"


@pytest.mark.req("S3.11", "S3.27")
def test_score_a_file_without_a_database(ledger_file, tmp_path):
    done = receba(
        "score", ledger_file, "--on", "2026-04-01", "--out", tmp_path / "out", "--map", MAP, "--json", data=tmp_path
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["accepted"] == 84
    assert summary["customers_scored"] == 6
    with (tmp_path / "out" / "scores.csv").open() as file:
        idc = {row["customer"]: int(row["idc"]) for row in csv.DictReader(file)}
    assert idc["C0"] > idc["C3"] > idc["C5"]
    assert not (tmp_path / "postgres").exists()


@pytest.mark.req("S3.24", "S3.35")
def test_a_bureau_score_stands_beside_the_idc_and_never_in_its_place(ledger_file, tmp_path):
    bureau = tmp_path / "bureau.csv"
    bureau.write_text("customer,score,queried_on\nC0,100,2025-01-01\nC0,500,2026-04-01\nC0,0,2026-05-01\n")
    plain, both = tmp_path / "plain", tmp_path / "both"
    common = ("score", ledger_file, "--on", "2026-04-01", "--map", MAP, "--json", "--out")
    assert receba(*common, plain, data=tmp_path).returncode == 0
    done = receba(*common, both, "--external", bureau, "--external-weight", "4000", data=tmp_path)
    assert done.returncode == 0, done.stderr
    raw, told = (
        {row["customer"]: row for row in csv.DictReader((folder / "scores.csv").open())} for folder in (plain, both)
    )
    assert {name: row["idc"] for name, row in raw.items()} == {name: row["idc"] for name, row in told.items()}
    expected = (6 * int(raw["C0"]["idc"]) + 4 * 500 + 5) // 10  # the query of that day, at its full weight
    assert (told["C0"]["external_score"], told["C0"]["idc_adjusted"]) == ("500", str(expected))
    assert told["C3"]["idc_adjusted"] == ""
    bureau.write_text("customer,score,queried_on\nC0,1001,2026-04-01\n")
    odd = receba(*common, both, "--external", bureau, data=tmp_path)
    assert odd.returncode == 1
    assert "linha 2: a nota 1001 não está entre 0 e 1000" in " ".join(odd.stderr.split())


def test_too_little_history_is_refused_with_what_is_missing(ledger_file, tmp_path):
    done = receba("score", ledger_file, "--on", "2025-05-01", "--out", tmp_path / "out", "--map", MAP, data=tmp_path)
    assert done.returncode == 1
    assert "Histórico insuficiente" in done.stderr


def test_a_wrong_mapping_says_which_column_is_not_there(ledger_file, tmp_path):
    done = receba("evaluate", ledger_file, "--map", MAP.replace("valor", "preco"), "--json", data=tmp_path)
    assert done.returncode == 1
    assert "preco" in done.stderr


def test_commands_before_init_say_so(tmp_path):
    tmp_path.chmod(0o755)
    done = receba("check", data=tmp_path / "d")
    assert done.returncode == 3, done.stderr
    assert "receba init" in done.stderr


def test_init_run_day_check_backup_restore_from_nothing(tmp_path):
    data = tmp_path / "d"
    first = receba(
        "init",
        "--operator",
        "Ponte",
        "--company",
        "Serra Azul Ltda",
        "--document",
        "11.222.333/0001-81",
        "--address",
        "Rua Um, 1, Campinas, SP",
        "--email",
        "ana@ponte.example",
        data=data,
    )
    assert first.returncode == 0, first.stderr
    assert "ana@ponte.example" in first.stdout
    day = receba("run-day", "--on", "15/06/2026", "--json", data=data)
    assert day.returncode == 0, day.stderr + day.stdout
    assert json.loads(day.stdout)[0]["state"] == "done"
    assert "Planejar contatos" in receba("run-day", "--on", "15/06/2026", data=data).stdout
    assert receba("check", "--json", data=data).returncode == 0
    kept = tmp_path / "base.receba"
    assert receba("backup", kept, data=data).returncode == 0
    back = receba("restore", kept, "--yes", "--json", data=data)
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["tables"] > 20
    assert receba("check", data=data).returncode == 0


@pytest.mark.req("S0.41")
def test_from_a_file_to_the_reason_why_somebody_is_left_in_peace(ledger_file, tmp_path):
    data = tmp_path / "d"
    names = ("--operator", "P", "--company", "Serra Azul", "--document", "11.222.333/0001-81", "--address", "Rua Um, 1")
    assert receba("init", *names, "--email", "ana@ponte.example", data=data).returncode == 0
    late = tmp_path / "tarde.csv"
    late.write_text("cliente;titulo;emissao;vencimento;valor\nC0;N-1;01/05/2026;12/06/2026;1.234,56\n", "utf-8")
    assert receba("import", late, data=data).returncode == 0
    assert receba("run-day", "--on", "15/06/2026", data=data).returncode == 0
    told = receba("explain", 1, data=data)
    assert told.returncode == 0, told.stderr
    words = " ".join(told.stdout.split())
    assert "C0: silêncio, sem e-mail válido (15/06/2026, decisão 1)" in words
    assert "impede: E-mail: não tem" in words
    assert "título N-1; vencimento 12/06/2026; atraso 3; R$ 1.234,56; passo vence hoje (atraso-1)" in words
    assert json.loads(receba("explain", 1, "--json", data=data).stdout)["again"] is True
    assert receba("explain", 99, data=data).returncode == 1


@pytest.mark.req("S0.67", "S3.5")
def test_import_a_file_with_wrong_rows_mend_it_and_import_it_again(tmp_path):
    data, path, refused = tmp_path / "d", tmp_path / "razão.csv", tmp_path / "recusadas.csv"
    names = ("--operator", "P", "--company", "Serra Azul", "--document", "11.222.333/0001-81", "--address", "Rua Um, 1")
    assert receba("init", *names, "--email", "ana@ponte.example", data=data).returncode == 0
    good = "C1;N-1;01/05/2026;12/06/2026;1.234,56;12/06/2026\nC2;N-2;01/05/2026;12/06/2026;10,00;\n"
    header = "cliente;titulo;emissao;vencimento;valor;data pagamento\n"
    path.write_text(
        header + good + "C3;N-3;01/05/2026;31/06/2026;1,00;\nC3;N-4;01/05/2026;30/06/2026;1,00;01/06/2099\n"
    )

    def counts(done, *keys):
        told = json.loads(done.stdout)
        return [told.get(key) for key in ("rows", "accepted", "rejected", "titles_new", "settlements_new", *keys)]

    seen = receba("import", path, "--dry-run", "--json", data=data)
    assert (seen.returncode, counts(seen)) == (0, [4, 2, 2, 2, 1])
    first = receba("import", path, "--json", "--rejected", refused, data=data)
    assert first.returncode == 4, first.stderr
    assert counts(first, "reasons") == [4, 2, 2, 2, 1, {"not_a_date": 1, "paid_in_future": 1}]
    lines = refused.read_text("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines] == ["titulo", "N-3", "N-4"]
    in_words = receba("import", path, data=data)
    assert in_words.returncode == 4
    words = " ".join(in_words.stdout.split())
    assert "linhas lidas: 4 aceitas: 2 recusadas: 2" in words
    assert "linha 4: “31/06/2026” não é uma data válida em vencimento." in words
    path.write_text(header + good + "C3;N-3;01/05/2026;30/06/2026;1,00;\n")
    mended = receba("import", path, "--json", data=data)
    assert (mended.returncode, counts(mended)) == (0, [3, 3, 0, 1, 0])
    again = receba("import", path, "--json", data=data)
    assert (again.returncode, counts(again, "customers_new")) == (0, [3, 3, 0, 0, 0, 0])
    assert receba("import", path, "--map", "due=NADA", data=data).returncode == 1
    assert receba("check", "--json", data=data).returncode == 0


def test_a_wrong_cnpj_is_refused_before_anything_is_made(tmp_path):
    done = receba(
        "init",
        "--operator",
        "P",
        "--company",
        "X",
        "--document",
        "11.222.333/0001-82",
        "--address",
        "R",
        "--email",
        "a@b.example",
        data=tmp_path / "d",
    )
    assert done.returncode == 2
    assert not (tmp_path / "d" / "postgres").exists()
