"""Why a row was refused, or a value dropped: the closed list of codes, and what to tell the person (pt-BR).

Codes are stored and compared; texts are rendered from them and may change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from receba.kernel.words import Said, said, said_together


class Reason(StrEnum):
    """Why a row is not accepted."""

    RAGGED_ROW = "ragged_row"
    MISSING_REQUIRED = "missing_required"
    NOT_A_DATE = "not_a_date"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    NOT_A_NUMBER = "not_a_number"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    NEGATIVE_AMOUNT = "negative_amount"
    AMOUNT_OVER_BUDGET = "amount_over_budget"
    DUE_BEFORE_ISSUE = "due_before_issue"
    PAID_BEFORE_ISSUE = "paid_before_issue"
    PAID_IN_FUTURE = "paid_in_future"
    MISSING_PAID_DATE = "missing_paid_date"
    DUPLICATE_KEY = "duplicate_key"
    CONFLICTING_TITLE = "conflicting_title"
    DAMAGED_ID = "damaged_id"
    TOO_LONG = "too_long"
    UNKNOWN_KIND = "unknown_kind"
    MISSING_REVERSED = "missing_reversed"
    BAD_DOCUMENT = "bad_document"
    OTHER_CUSTOMER = "other_customer"
    UNKNOWN_TERMS = "unknown_terms"
    CONSUMER_TERMS = "consumer_terms"
    KEY_REUSED = "key_reused"
    PAID_AGAIN = "paid_again"
    UNKNOWN_REVERSED = "unknown_reversed"
    ALREADY_REVERSED = "already_reversed"
    REVERSAL_AMOUNT = "reversal_amount"


class Warn(StrEnum):
    """Why a value of an accepted row was dropped or changed."""

    BAD_DOCUMENT = "bad_document"
    ZEROS_RESTORED = "zeros_restored"
    BAD_EMAIL = "bad_email"
    BAD_PHONE = "bad_phone"
    FIRST_CONTACT_KEPT = "first_contact_kept"
    BAD_ZIP = "bad_zip"
    BAD_STATE = "bad_state"
    BAD_PERSON_TYPE = "bad_person_type"
    PERSON_TYPE_MISMATCH = "person_type_mismatch"
    BAD_FLAG = "bad_flag"
    ROUNDED_AMOUNT = "rounded_amount"
    CUT_TEXT = "cut_text"


@dataclass(frozen=True, slots=True)
class Wording:
    """What happened, with `{field}`, `{value}` and `{other}`, and what to do about it."""

    message: Said
    remedy: Said


_MEND = said("Corrija o valor e reenvie a linha.")

REASON_WORDING: dict[Reason, Wording] = {
    Reason.RAGGED_ROW: Wording(
        said("A linha tem {other} colunas; o cabeçalho tem outra quantidade."),
        said("Confira delimitadores e aspas da linha: cada coluna do cabeçalho precisa de um valor, mesmo vazio."),
    ),
    Reason.MISSING_REQUIRED: Wording(
        said("O campo obrigatório “{field}” está em branco."), said("Preencha o campo na origem e reenvie a linha.")
    ),
    Reason.NOT_A_DATE: Wording(
        said("“{value}” não é uma data válida em {field}."),
        said("Use dia/mês/ano (31/12/2026) ou ano-mês-dia (2026-12-31). Para dias relativos, informe a data-base."),
    ),
    Reason.DATE_OUT_OF_RANGE: Wording(
        said("A data “{value}” em {field} está fora do período aceito (1990 a 2099)."),
        said("Confira o ano e reenvie a linha."),
    ),
    Reason.NOT_A_NUMBER: Wording(
        said("“{value}” não é um valor em dinheiro em {field}."),
        said("Use 1.234,56 ou 1234.56, sem letras; confira o separador decimal escolhido para o arquivo."),
    ),
    Reason.AMOUNT_NOT_POSITIVE: Wording(
        said("O valor “{value}” em {field} precisa ser maior que zero."),
        said_together(said("Créditos e devoluções entram como baixas, não como títulos."), _MEND),
    ),
    Reason.NEGATIVE_AMOUNT: Wording(
        said("O valor “{value}” em {field} é negativo."), said("Informe o valor sem sinal.")
    ),
    Reason.AMOUNT_OVER_BUDGET: Wording(
        said("O valor “{value}” em {field} passa do máximo de R$ 10 bilhões."),
        said("Confira o separador decimal: 1.234,56 lido como 123456 costuma causar este erro."),
    ),
    Reason.DUE_BEFORE_ISSUE: Wording(
        said("O vencimento {value} é anterior à emissão {other}."),
        said("Corrija a emissão ou o vencimento e reenvie a linha."),
    ),
    Reason.PAID_BEFORE_ISSUE: Wording(
        said("O pagamento {value} é anterior à emissão {other}."),
        said("Corrija a data do pagamento ou a emissão. Adiantamentos entram como crédito do cliente."),
    ),
    Reason.PAID_IN_FUTURE: Wording(
        said("O pagamento {value} é posterior ao dia da importação, {other}."),
        said(
            "Pagamento agendado ainda não é baixa: corrija a data, ou reenvie a linha quando o dinheiro tiver entrado."
        ),
    ),
    Reason.MISSING_PAID_DATE: Wording(
        said("Há valor pago ({value}) sem data do pagamento."),
        said("Preencha a data do pagamento ou apague o valor pago."),
    ),
    Reason.DUPLICATE_KEY: Wording(
        said("{field} “{value}” já apareceu na linha {other} com outro conteúdo."),
        said("Mantenha uma só linha, ou dê números diferentes a registros diferentes."),
    ),
    Reason.CONFLICTING_TITLE: Wording(
        said("O título “{value}” já apareceu na linha {other} com outro cliente, emissão, vencimento ou valor."),
        said(
            "Repita os mesmos dados do título em todas as suas baixas, ou dê números diferentes a títulos diferentes."
        ),
    ),
    Reason.DAMAGED_ID: Wording(
        said("O código “{value}” em {field} perdeu dígitos ao passar por uma planilha."),
        said(
            "Exporte a coluna como texto: planilhas guardam só 15 dígitos e juntariam clientes ou títulos diferentes."
        ),
    ),
    Reason.TOO_LONG: Wording(
        said("O código em {field} é longo demais: “{value}”."), said("Use um código de até {other} letras.")
    ),
    Reason.UNKNOWN_KIND: Wording(
        said("“{value}” não é um tipo de baixa conhecido."),
        said("Use pagamento, desconto, perda, cancelamento ou estorno."),
    ),
    Reason.MISSING_REVERSED: Wording(
        said("O estorno não diz qual baixa desfaz."), said("Preencha o número da baixa estornada e reenvie a linha.")
    ),
    Reason.BAD_DOCUMENT: Wording(
        said("“{value}” não é um CPF ou CNPJ válido."), said("Confira os dígitos: o CPF tem 11 e o CNPJ tem 14.")
    ),
    Reason.OTHER_CUSTOMER: Wording(
        said("O título “{value}” já está registrado para o cliente {other}."),
        said("Um título não muda de cliente: cancele o antigo e envie outro número."),
    ),
    Reason.UNKNOWN_TERMS: Wording(
        said("As condições de atraso “{value}” não estão cadastradas."),
        said("Cadastre-as nas configurações e reenvie a linha."),
    ),
    Reason.CONSUMER_TERMS: Wording(
        said("O cliente “{value}” é pessoa física, e as condições de atraso “{other}” valem só entre empresas."),
        said("Cadastre condições que valem para consumidores e reenvie a linha."),
    ),
    Reason.KEY_REUSED: Wording(
        said("A baixa “{value}” já está registrada com outro título, data ou valor."),
        said("Envie um estorno da baixa registrada e uma baixa nova, com outro número."),
    ),
    Reason.PAID_AGAIN: Wording(
        said(
            "O título “{value}” já está pago por inteiro; esta linha o pagaria de novo, com outro valor ou em outro dia."
        ),
        said(
            "Se a baixa registrada está errada, estorne-a antes; se o cliente pagou duas vezes,"
            " envie a segunda baixa num arquivo de baixas."
        ),
    ),
    Reason.UNKNOWN_REVERSED: Wording(
        said("A baixa “{value}”, que este estorno desfaz, não está registrada."), said("Envie antes a baixa original.")
    ),
    Reason.ALREADY_REVERSED: Wording(said("A baixa “{value}” já foi estornada."), said("Ignore esta linha.")),
    Reason.REVERSAL_AMOUNT: Wording(
        said("O estorno de {value} não tem o valor da baixa que desfaz ({other})."),
        said("Um estorno desfaz a baixa inteira: use o mesmo valor e envie a diferença como baixa nova."),
    ),
}

WARN_WORDING: dict[Warn, Wording] = {
    Warn.BAD_DOCUMENT: Wording(
        said("“{value}” não é um CPF ou CNPJ válido; a linha entrou sem ele."), said("Corrija no cadastro do cliente.")
    ),
    Warn.ZEROS_RESTORED: Wording(
        said("O CPF ou CNPJ “{value}” estava sem zeros à esquerda; foram repostos."),
        said("Exporte a coluna como texto."),
    ),
    Warn.BAD_EMAIL: Wording(
        said("“{value}” não é um e-mail válido; não será usado."), said("Corrija no cadastro do cliente.")
    ),
    Warn.BAD_PHONE: Wording(
        said("“{value}” não é um telefone válido com DDD; não será usado."), said("Corrija no cadastro do cliente.")
    ),
    Warn.FIRST_CONTACT_KEPT: Wording(
        said("{field} traz mais de um contato (“{value}”); ficou o primeiro."),
        said("Acrescente os demais no cadastro."),
    ),
    Warn.BAD_ZIP: Wording(
        said("“{value}” não é um CEP de 8 dígitos; não será usado."), said("Corrija no cadastro do cliente.")
    ),
    Warn.BAD_STATE: Wording(said("“{value}” não é uma UF; não será usada."), said("Corrija no cadastro do cliente.")),
    Warn.BAD_PERSON_TYPE: Wording(said("“{value}” não é PF nem PJ; não será usado."), said("Use PF ou PJ.")),
    Warn.PERSON_TYPE_MISMATCH: Wording(
        said("O tipo de pessoa “{value}” não combina com o documento; vale o documento."), said("Confira o cadastro.")
    ),
    Warn.BAD_FLAG: Wording(said("“{value}” em {field} não é sim nem não; não será usado."), said("Use sim ou não.")),
    Warn.ROUNDED_AMOUNT: Wording(
        said("“{value}” em {field} tem fração de centavo; foi arredondado."),
        said("A diferença aparece nos totais da leitura."),
    ),
    Warn.CUT_TEXT: Wording(
        said("O texto em {field} passa de {other} letras; foi cortado."), said("Use um texto mais curto.")
    ),
}


def wording_of(code: Reason | Warn) -> Wording:
    """Return the texts of a code."""
    return REASON_WORDING[code] if isinstance(code, Reason) else WARN_WORDING[code]
