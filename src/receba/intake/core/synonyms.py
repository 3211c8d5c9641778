"""The headers that people use for each field, besides our own: Brazilian ERPs, English, public receivables ledgers.

Keyed by the field's header in our template. Names are compared as words: case, accents, punctuation, short forms
(`dt`, `vlr`, `nº`) and links (`de`, `da`) do not matter.
"""

from __future__ import annotations

_TEXT = {
    "codigo_cliente": """
        cliente, cod cliente, id cliente, nr cliente, cliente id, codigo, codcli, sacado, codigo sacado, devedor,
        codigo devedor, codigo pagador, customer, customer id, customer code, customer number, client, client id,
        debtor, debtor id, account id, sk id curr
    """,
    "nome": """
        nome cliente, razao social, nome razao social, cliente nome, nome fantasia, nome sacado, nome pagador, nome
        devedor, customer name, name, name customer, client name, company name
    """,
    "tipo_pessoa": "tipo de pessoa, pessoa, pf pj, tipo cliente, fisica juridica, person type",
    "cpf_cnpj": """
        cpf, cnpj, cnpj cpf, cpf cnpj cliente, cgc, cgc cpf, documento, documento cliente, cpf cnpj sacado, cpf cnpj
        pagador, tax id, document, nr cpf cnpj
    """,
    "email": "e mail, email cliente, email cobranca, e mail cobranca, correio eletronico, email address",
    "telefone": """
        fone, tel, telefone fixo, telefone 1, fone 1, telefone residencial, telefone comercial, phone, phone number,
        landline
    """,
    "celular": "telefone celular, whatsapp, cel, celular 1, fone celular, mobile, mobile phone, cell phone",
    "cep": "codigo postal, cep cliente, zip, zip code, postal code, zipcode",
    "logradouro": "endereco, rua, endereco completo, logradouro numero, street, address, address line 1",
    "bairro": "district, neighborhood, neighbourhood",
    "cidade": "municipio, localidade, city, town, customer city",
    "uf": "estado, sigla uf, state, customer state",
    "grupo": "grupo economico, rede, matriz, group, economic group, parent company",
    "cliente_desde": "data cadastro, desde, customer since, registration date, created at",
    "carteira": "filial, unidade, nome carteira, portfolio, business code, branch",
    "titulo": """
        numero do titulo, id titulo, cod titulo, duplicata, numero duplicata, documento, numero documento, seu
        numero, nota fiscal, numero nota, num nf, nf, fatura, numero fatura, id fatura, invoice, invoice id, invoice
        number, invoice no, bill number, title, title id, doc id
    """,
    "emissao": """
        data emissao, data emissao documento, emitido em, data documento, data venda, data faturamento, invoice
        date, issue date, issued, issued on, document create date, document date, order purchase timestamp, purchase
        date, posting date, data
    """,
    "vencimento": """
        data vencimento, vencto, vence em, vencimento real, due date, due, due in date, due on, payment due date,
        days instalment
    """,
    "valor": """
        valor titulo, valor a pagar, valor original, valor nominal, valor documento, valor parcela, valor fatura,
        valor nf, valor bruto, vl, valor total, saldo, invoice amount, amount, total open amount, invoice total,
        total, amt instalment, payment value
    """,
    "descricao": "historico, observacao, obs, descricao titulo, complemento, description, memo, notes",
    "especie": """
        especie titulo, especie documento, tipo titulo, tipo documento, produto, tipo venda, kind, document type,
        product
    """,
    "condicoes": "condicao, condicao pagamento, codigo condicao, cust payment terms, payment terms, terms",
    "baixa": """
        id baixa, numero baixa, codigo baixa, id pagamento, numero pagamento, settlement, settlement id, payment id,
        receipt number, txid
    """,
    "data_pagamento": """
        data de pagamento, pagamento, pago em, data baixa, data liquidacao, data recebimento, data credito, settled
        date, settlement date, payment date, paid date, paid on, paid, clear date, days entry payment, order
        approved at
    """,
    "valor_pago": """
        valor do pagamento, valor recebido, valor baixa, valor liquidado, vl pago, total pago, paid amount, amount
        paid, payment amount, settled amount, amt payment
    """,
    "multa": "valor multa, fine, late fee",
    "juros": "valor juros, juros mora, mora, interest",
    "desconto": "valor desconto, abatimento, discount",
    "meio": "meio pagamento, forma pagamento, method, payment method, payment type",
    "tipo_baixa": "tipo da baixa, motivo baixa, kind, settlement type",
    "estorna": "baixa estornada, estorno de, reverses, reversed settlement",
    "em_disputa": "disputa, contestado, contestada, disputado, disputed, in dispute",
}
SYNONYMS: dict[str, tuple[str, ...]] = {
    header: tuple(" ".join(name.split()) for name in names.split(",")) for header, names in _TEXT.items()
}
