"""Words that made-up people, firms and addresses are made of, and cities with their area code and postcodes."""

from __future__ import annotations

from dataclasses import dataclass

# fmt: off
FIRST_NAMES = (
    "Adriana", "Afonso", "Aline", "Álvaro", "Amélia", "Ana Beatriz", "Ana Lúcia", "André", "Antônia", "Antônio",
    "Aparecida", "Benedito", "Bianca", "Caio", "Camila", "Cátia", "Célia", "Cícero", "Conceição", "Cristóvão",
    "Daniela", "Débora", "Dirceu", "Edilson", "Elói", "Estêvão", "Eugênia", "Fábio", "Fátima", "Flávia", "Francisca",
    "Geraldo", "Gláucia", "Heitor", "Helena", "Inês", "Iolanda", "Jéssica", "João Vítor", "Joaquim", "José Carlos",
    "Josué", "Juçara", "Júlia", "Larissa", "Letícia", "Lívia", "Lourdes", "Lúcia", "Luís Otávio", "Luzia", "Márcia",
    "Márcio", "Maria Clara", "Maria das Graças", "Maria do Socorro", "Moacir", "Mônica", "Natália", "Nivaldo",
    "Otávio", "Patrícia", "Paulo Sérgio", "Raimunda", "Raquel", "Rogério", "Rosângela", "Sebastião", "Simone",
    "Tânia", "Tarcísio", "Thaís", "Ubiratã", "Valdir", "Verônica", "Vinícius", "Wellington", "Zélia",
)
SURNAMES = (
    "Abreu", "Almeida", "Alves", "Amorim", "Andrade", "Antunes", "Araújo", "Assunção", "Azevedo", "Barbosa", "Barros",
    "Batista", "Borges", "Brandão", "Brito", "Caldas", "Camargo", "Cardoso", "Carvalho", "Cavalcante", "Correia",
    "Coutinho", "Dias", "Esteves", "Fagundes", "Falcão", "Farias", "Figueiredo", "Fonseca", "França", "Freitas",
    "Galvão", "Gonçalves", "Guimarães", "Leão", "Lourenço", "Magalhães", "Maranhão", "Mendonça", "Menezes",
    "Monteiro", "Moraes", "Muniz", "Nogueira", "Pacheco", "Paixão", "Peçanha", "Pimentel", "Queirós", "Ramalho",
    "Rebouças", "Rezende", "Salomão", "Sant'Anna", "Siqueira", "Tavares", "Teixeira", "Uchôa", "Valença",
    "Vasconcelos", "Veríssimo", "Viana", "Zanetti", "da Conceição", "da Silva", "da Silva", "de Sá", "do Nascimento",
    "dos Santos", "dos Santos", "Ferreira", "Lima", "Oliveira", "Pereira", "Souza", "Bittencourt", "Kowalski",
    "Nakamura", "Schmitt", "Haddad",
)
TRADES = {
    "food": (
        "Padaria e Confeitaria", "Mercadinho", "Supermercado", "Mercearia", "Restaurante", "Lanchonete", "Pizzaria",
        "Churrascaria", "Hortifrúti", "Açougue", "Empório", "Cantina", "Bar e Restaurante", "Sacolão", "Doceria",
        "Cozinha Industrial", "Atacado de Alimentos", "Buffet", "Hotel e Pousada", "Sorveteria",
    ),
    "family": ("Consultório", "Escritório Contábil", "Oficina", "Ateliê", "Farmácia"),
    "building": (
        "Construtora", "Incorporadora", "Administradora de Bens", "Transportadora", "Agropecuária",
        "Materiais de Construção", "Engenharia", "Imobiliária",
    ),
}
FIRM_NAMES = (
    "Aurora", "Vértice", "Boa Esperança", "Dois Irmãos", "São Jerônimo", "Três Pinheiros", "Água Clara", "Bem-Te-Vi",
    "Cedro Velho", "Dona Lúcia", "Estação Central", "Flor de Maracujá", "Girassol", "Horizonte Novo", "Ipê-Amarelo",
    "Jacarandá", "Lírio do Vale", "Mãe Rainha", "Nossa Senhora da Conceição", "Ouro Verde", "Pedra Branca",
    "Quatro Estações", "Recanto Gaúcho", "Santa Bárbara", "União", "Vó Joaquina", "Xodó da Serra", "Avenida",
    "Capão Bonito", "Encontro das Águas",
)
FOOD_NAMES = ("Bom Apetite", "Delícias da Terra", "Feijão Tropeiro", "Trigo & Mel", "Sabor de Casa", "Pão Quente")
FIRM_FORMS = (
    "Ltda", "Ltda", "Ltda", "Ltda", "Ltda", "Ltda", "Ltda", "Ltda", "Ltda ME", "Ltda ME", "Ltda EPP", "Ltda EPP",
    "S.A.", "Eireli", "Comércio de Alimentos Ltda", "Comércio de Alimentos Ltda", "Alimentos Ltda",
    "Comércio, Importação e Exportação de Produtos Alimentícios e Representações Comerciais Ltda",
)
FORMS_PLAIN = ("Ltda", "Ltda", "Ltda ME", "S.A.", "Comércio e Serviços Ltda", "Empreendimentos e Participações S.A.")
STREET_KINDS = ("Rua", "Rua", "Rua", "Avenida", "Travessa", "Alameda", "Praça", "Rodovia")
STREET_NAMES = (
    "das Acácias", "Barão do Cerro Largo", "Coronel Antônio Leão", "da Conceição", "Doutor Estêvão Ramalho",
    "dos Expedicionários", "das Figueiras", "General Câmara", "da Independência", "José Bonifácio", "das Laranjeiras",
    "Marechal Floriano", "Nossa Senhora Aparecida", "da Paz", "Professora Inês Valença", "Quinze de Novembro",
    "Santos Dumont", "São João", "Sete de Setembro", "Tiradentes", "Vinte e Quatro de Maio", "Visconde de Itaúna",
)
DISTRICTS = (
    "Centro", "Bela Vista", "Boa Vista", "Jardim América", "Jardim das Oliveiras", "Nossa Senhora das Graças",
    "Parque Industrial", "São José", "Santa Luzia", "Vila Nova", "Vila São Sebastião", "Alto da Glória", "Água Verde",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Place:
    """One city: state, area code (DDD) and the first five digits of its postcodes (CEP), from and to."""

    city: str
    state: str
    area_code: str
    zip_from: int
    zip_to: int


PLACES = {
    place.city: place
    for place in (
        Place("São Paulo", "SP", "11", 1001, 5895),
        Place("Itaquaquecetuba", "SP", "11", 8570, 8599),
        Place("Campinas", "SP", "19", 13010, 13139),
        Place("Ribeirão Preto", "SP", "16", 14010, 14109),
        Place("São José do Rio Preto", "SP", "17", 15010, 15104),
        Place("São José dos Campos", "SP", "12", 12210, 12248),
        Place("Rio de Janeiro", "RJ", "21", 20010, 23799),
        Place("Niterói", "RJ", "21", 24020, 24399),
        Place("Vitória", "ES", "27", 29010, 29099),
        Place("Belo Horizonte", "MG", "31", 30110, 31999),
        Place("Nova Lima", "MG", "31", 34000, 34019),
        Place("Juiz de Fora", "MG", "32", 36010, 36099),
        Place("Uberlândia", "MG", "34", 38400, 38415),
        Place("Curitiba", "PR", "41", 80010, 82999),
        Place("Maringá", "PR", "44", 87010, 87099),
        Place("Florianópolis", "SC", "48", 88010, 88099),
        Place("Joinville", "SC", "47", 89201, 89239),
        Place("Porto Alegre", "RS", "51", 90010, 91999),
        Place("Caxias do Sul", "RS", "54", 95010, 95124),
        Place("Brasília", "DF", "61", 70040, 71699),
        Place("Goiânia", "GO", "62", 74003, 74899),
        Place("Aparecida de Goiânia", "GO", "62", 74905, 74993),
        Place("Cuiabá", "MT", "65", 78005, 78099),
        Place("Salvador", "BA", "71", 40010, 42599),
        Place("Recife", "PE", "81", 50010, 52999),
        Place("João Pessoa", "PB", "83", 58010, 58099),
        Place("Fortaleza", "CE", "85", 60010, 61599),
        Place("São Luís", "MA", "98", 65010, 65099),
        Place("Belém", "PA", "91", 66010, 66999),
        Place("Manaus", "AM", "92", 69005, 69099),
    )
}
MAIL_DOMAIN = "exemplo.example"
"""Never delivered to anybody: `.example` is reserved by RFC 2606."""
SHARED_MAILBOXES = ("contabilidade@escritorio-alianca", "financeiro@assessoria-ipe", "contas@grupo-mantiqueira")
"""Accountants who receive the mail of several customers."""
