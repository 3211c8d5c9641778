"""Why a row was refused, or a value dropped: the closed list of codes, and what to tell the person (pt-BR).

Codes are stored and compared; texts are rendered from them and may change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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

    message: str
    remedy: str


_MEND = "Corrija o valor e reenvie a linha."

REASON_WORDING: dict[Reason, Wording] = {
    Reason.RAGGED_ROW: Wording(
        "A linha tem {other} colunas; o cabeçalho tem outra quantidade.",
        "Confira delimitadores e aspas da linha: cada coluna do cabeçalho precisa de um valor, mesmo vazio.",
    ),
    Reason.MISSING_REQUIRED: Wording(
        "Falta {field}, que é obrigatório.", "Preencha o campo na origem e reenvie a linha."
    ),
    Reason.NOT_A_DATE: Wording(
        "“{value}” não é uma data válida em {field}.",
        "Use dia/mês/ano (31/12/2026) ou ano-mês-dia (2026-12-31). Para dias relativos, informe a data-base.",
    ),
    Reason.DATE_OUT_OF_RANGE: Wording(
        "A data “{value}” em {field} está fora do período aceito (1990 a 2099).", "Confira o ano e reenvie a linha."
    ),
    Reason.NOT_A_NUMBER: Wording(
        "“{value}” não é um valor em dinheiro em {field}.",
        "Use 1.234,56 ou 1234.56, sem letras; confira o separador decimal escolhido para o arquivo.",
    ),
    Reason.AMOUNT_NOT_POSITIVE: Wording(
        "O valor “{value}” em {field} precisa ser maior que zero.",
        "Créditos e devoluções entram como baixas, não como títulos. " + _MEND,
    ),
    Reason.NEGATIVE_AMOUNT: Wording("O valor “{value}” em {field} é negativo.", "Informe o valor sem sinal."),
    Reason.AMOUNT_OVER_BUDGET: Wording(
        "O valor “{value}” em {field} passa do máximo de R$ 10 bilhões.",
        "Confira o separador decimal: 1.234,56 lido como 123456 costuma causar este erro.",
    ),
    Reason.DUE_BEFORE_ISSUE: Wording(
        "O vencimento {value} é anterior à emissão {other}.", "Corrija a emissão ou o vencimento e reenvie a linha."
    ),
    Reason.PAID_BEFORE_ISSUE: Wording(
        "O pagamento {value} é anterior à emissão {other}.",
        "Corrija a data do pagamento ou a emissão. Adiantamentos entram como crédito do cliente.",
    ),
    Reason.PAID_IN_FUTURE: Wording(
        "O pagamento {value} é posterior ao dia da importação, {other}.",
        "Pagamento agendado ainda não é baixa: corrija a data, ou reenvie a linha quando o dinheiro tiver entrado.",
    ),
    Reason.MISSING_PAID_DATE: Wording(
        "Há valor pago ({value}) sem data do pagamento.", "Preencha a data do pagamento ou apague o valor pago."
    ),
    Reason.DUPLICATE_KEY: Wording(
        "{field} “{value}” já apareceu na linha {other} com outro conteúdo.",
        "Mantenha uma só linha, ou dê números diferentes a registros diferentes.",
    ),
    Reason.CONFLICTING_TITLE: Wording(
        "O título “{value}” já apareceu na linha {other} com outro cliente, emissão, vencimento ou valor.",
        "Repita os mesmos dados do título em todas as suas baixas, ou dê números diferentes a títulos diferentes.",
    ),
    Reason.DAMAGED_ID: Wording(
        "O código “{value}” em {field} perdeu dígitos ao passar por uma planilha.",
        "Exporte a coluna como texto: planilhas guardam só 15 dígitos e juntariam clientes ou títulos diferentes.",
    ),
    Reason.TOO_LONG: Wording("O código em {field} é longo demais: “{value}”.", "Use um código de até {other} letras."),
    Reason.UNKNOWN_KIND: Wording(
        "“{value}” não é um tipo de baixa conhecido.",
        "Use pagamento, desconto, perda, cancelamento ou estorno.",
    ),
    Reason.MISSING_REVERSED: Wording(
        "O estorno não diz qual baixa desfaz.", "Preencha o número da baixa estornada e reenvie a linha."
    ),
    Reason.BAD_DOCUMENT: Wording(
        "“{value}” não é um CPF ou CNPJ válido.", "Confira os dígitos: o CPF tem 11 e o CNPJ tem 14."
    ),
    Reason.OTHER_CUSTOMER: Wording(
        "O título “{value}” já está registrado para o cliente {other}.",
        "Um título não muda de cliente: cancele o antigo e envie outro número.",
    ),
    Reason.UNKNOWN_TERMS: Wording(
        "As condições de atraso “{value}” não estão cadastradas.", "Cadastre-as nas configurações e reenvie a linha."
    ),
    Reason.CONSUMER_TERMS: Wording(
        "O cliente “{value}” é pessoa física, e as condições de atraso “{other}” valem só entre empresas.",
        "Cadastre condições que valem para consumidores e reenvie a linha.",
    ),
    Reason.KEY_REUSED: Wording(
        "A baixa “{value}” já está registrada com outro título, data ou valor.",
        "Envie um estorno da baixa registrada e uma baixa nova, com outro número.",
    ),
    Reason.UNKNOWN_REVERSED: Wording(
        "A baixa “{value}”, que este estorno desfaz, não está registrada.", "Envie antes a baixa original."
    ),
    Reason.ALREADY_REVERSED: Wording("A baixa “{value}” já foi estornada.", "Ignore esta linha."),
    Reason.REVERSAL_AMOUNT: Wording(
        "O estorno de {value} não tem o valor da baixa que desfaz ({other}).",
        "Um estorno desfaz a baixa inteira: use o mesmo valor e envie a diferença como baixa nova.",
    ),
}

WARN_WORDING: dict[Warn, Wording] = {
    Warn.BAD_DOCUMENT: Wording(
        "“{value}” não é um CPF ou CNPJ válido; a linha entrou sem ele.", "Corrija no cadastro do cliente."
    ),
    Warn.ZEROS_RESTORED: Wording(
        "O CPF ou CNPJ “{value}” estava sem zeros à esquerda; foram repostos.", "Exporte a coluna como texto."
    ),
    Warn.BAD_EMAIL: Wording("“{value}” não é um e-mail válido; não será usado.", "Corrija no cadastro do cliente."),
    Warn.BAD_PHONE: Wording(
        "“{value}” não é um telefone válido com DDD; não será usado.", "Corrija no cadastro do cliente."
    ),
    Warn.FIRST_CONTACT_KEPT: Wording(
        "{field} traz mais de um contato (“{value}”); ficou o primeiro.", "Acrescente os demais no cadastro."
    ),
    Warn.BAD_ZIP: Wording("“{value}” não é um CEP de 8 dígitos; não será usado.", "Corrija no cadastro do cliente."),
    Warn.BAD_STATE: Wording("“{value}” não é uma UF; não será usada.", "Corrija no cadastro do cliente."),
    Warn.BAD_PERSON_TYPE: Wording("“{value}” não é PF nem PJ; não será usado.", "Use PF ou PJ."),
    Warn.PERSON_TYPE_MISMATCH: Wording(
        "O tipo de pessoa “{value}” não combina com o documento; vale o documento.", "Confira o cadastro."
    ),
    Warn.BAD_FLAG: Wording("“{value}” em {field} não é sim nem não; não será usado.", "Use sim ou não."),
    Warn.ROUNDED_AMOUNT: Wording(
        "“{value}” em {field} tem fração de centavo; foi arredondado.", "A diferença aparece nos totais da leitura."
    ),
    Warn.CUT_TEXT: Wording("O texto em {field} passa de {other} letras; foi cortado.", "Use um texto mais curto."),
}


def wording_of(code: Reason | Warn) -> Wording:
    """Return the texts of a code."""
    return REASON_WORDING[code] if isinstance(code, Reason) else WARN_WORDING[code]
