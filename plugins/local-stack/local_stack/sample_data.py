"""The sample network: a believable Brazilian car dealership network from one random seed."""

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

from psycopg import Connection, Cursor, sql
from psycopg.rows import tuple_row

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 12, 31)  # fixed, never today: the same seed must give the same bytes
CHUNK = 100_000  # sales held in memory between two COPYs
MIN_DEALERSHIPS = 32
CUSTOMERS_PER_100_SALES = 40
NOT_UPDATED = 0.6  # share of the rows without data_atualizacao
NO_ADDRESS = 0.08
MAX_DISCOUNT = 50_000  # in millionths: 5 %
YEARLY_GROWTH = 0.08
MONTH_WEIGHTS = (0.85, 0.80, 1.25, 0.95, 1.00, 0.95, 1.00, 1.05, 1.00, 1.05, 1.10, 1.45)
WEEKDAY_WEIGHTS = (0.90, 0.90, 1.00, 1.05, 1.25, 1.40, 0.12)  # Monday first
HOLIDAYS, HOLIDAY_WEIGHT = (12, 25), 0.3  # from Christmas to the end of the year
OPENING_HOURS = ((9, 19),) * 5 + ((9, 17), (10, 15))
NULL = r"\N"

# What each table has besides its id and its two stamps.
TABLES = {
    "estados": "estado sigla",
    "cidades": "cidade id_estados",
    "concessionarias": "concessionaria id_cidades",
    "vendedores": "nome id_concessionarias",
    "veiculos": "nome tipo valor",
    "clientes": "cliente endereco id_concessionarias",
    "vendas": "id_veiculos id_concessionarias id_vendedores id_clientes valor_pago data_venda",
}

# Invented models with list prices in cents, the most sold first. The cents are multiples of ten
# so that rounding never takes a discount past 5 %.
VEHICLES = (
    ("Driva Tiê 1.0", "Hatch", 74_989_90),
    ("Driva Moriá 1.0 Turbo", "SUV", 119_890_50),
    ("Driva Orvale 1.6", "Sedan", 98_749_90),
    ("Driva Jacy 1.3", "Hatch", 86_490_70),
    ("Driva Araruá 2.2 Diesel", "Picape", 224_990_90),
    ("Driva Caetê 1.3 Turbo", "SUV", 149_690_80),
    ("Driva Orvale 1.6 H", "Híbrido", 168_789_90),
    ("Driva Lume E", "Elétrico", 189_990_60),
    ("Driva Carreto 1.5", "Utilitário", 132_480_90),
    ("Driva Celene GT", "Esportivo", 318_990_40),
)


def _items(text: str) -> list[str]:
    return text.split("|")


# Cities with a dealership, the busiest market first.
HUBS = _items(
    "São Paulo|Rio de Janeiro|Belo Horizonte|Campinas|Curitiba|Brasília|Goiânia|Porto Alegre"
    "|Ribeirão Preto|Salvador|Recife|Fortaleza|Guarulhos|Uberlândia|Joinville|Londrina|Santos"
    "|Sorocaba|São José dos Campos|Vitória|Manaus|Belém|Florianópolis|Cuiabá|Niterói"
    "|São José do Rio Preto|Juiz de Fora|Maringá|Caxias do Sul|Campo Grande|Natal|Maceió|Bauru"
    "|Feira de Santana|Santo André|São Luís|João Pessoa|Caruaru|Palmas|Porto Velho|Teresina"
)
FIRST_NAMES = _items(
    "Adriana|Alice|Aline|Amanda|Ana|André|Antônia|Antônio|Beatriz|Bernardo|Bianca|Bruna|Bruno"
    "|Caio|Camila|Carla|Carlos|Cecília|César|Clara|Cláudia|Cristiano|Daniel|Débora|Diego|Eduardo"
    "|Elisa|Estêvão|Fábio|Felipe|Fernanda|Flávia|Francisco|Gabriel|Gustavo|Helena|Heloísa|Inês"
    "|Isabela|João|José|Júlia|Larissa|Leonardo|Letícia|Luís|Luíza|Marcelo|Mariana|Mônica|Natália"
    "|Otávio|Patrícia|Paulo|Rafael|Renata|Sérgio|Sônia|Tainá|Tiago|Vinícius|Vitória|Yasmin"
)
SURNAMES = _items(
    "Almeida|Alves|Amaral|Andrade|Antunes|Aragão|Araújo|Assunção|Azevedo|Barbosa|Barros|Batista"
    "|Bezerra|Borges|Brandão|Brito|Campos|Cardoso|Carvalho|Castro|Cavalcanti|Coelho|Conceição"
    "|Correia|Costa|Cunha|Damásio|Dias|Duarte|Falcão|Farias|Ferreira|Figueiredo|Fonseca|Freitas"
    "|Galvão|Gomes|Gonçalves|Guimarães|Leitão|Lima|Lopes|Magalhães|Martins|Medeiros|Melo|Moraes"
    "|Moreira|Nascimento|Oliveira|Pereira|Queirós|Ribeiro|Rocha|Sá|Santos|Silva|Simões|Souza"
    "|Teixeira|Vasconcelos|Viana"
)
STREET_KINDS = _items("Rua|Rua|Rua|Avenida|Travessa|Alameda")  # most streets are a Rua
STREET_NAMES = _items(
    "das Acácias|XV de Novembro|Sete de Setembro|Tiradentes|Santos Dumont|do Comércio|São João"
    "|Dom Pedro II|Marechal Deodoro|Rui Barbosa|das Palmeiras|Castro Alves|Machado de Assis"
    "|da Independência|Barão do Rio Branco|Duque de Caxias|Santa Luzia|dos Ipês|Bela Vista"
)
STREETS = [f"{kind} {name}" for kind in STREET_KINDS for name in STREET_NAMES]
BAIRROS = _items(
    "Centro|Jardim América|Vila Nova|Boa Vista|Santo Antônio|São José|Jardim Primavera|Bela Vista"
    "|Cidade Nova|Vila São Francisco|Parque das Flores|Alto da Glória|Santa Mônica|Jardim Europa"
)


class Dealership(NamedTuple):
    """A dealership with what its customers and sales take from it."""

    id: int
    place: str  # escaped for COPY
    sellers: Sequence[int]


Progress = Callable[[str], None]
Vehicle = tuple[int, int]  # id, list price in cents
Buyer = tuple[int, Dealership]  # customer id, the dealership they belong to
Purchase = tuple[int, Buyer]  # second of the day, who buys


def seed(
    connection: Connection, cities: Path, sales: int, seed: int = 42, progress: Progress = print
) -> dict[str, int]:
    """Fill the seven empty tables in one transaction; return the rows per table."""
    rng, sales = Random(seed), _checked(sales)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        counts = _seed_base(cursor, rng, cities)
        progress(f"{counts['concessionarias']} dealerships, {counts['vendedores']} salespeople")
        counts["clientes"] = _seed_sales(cursor, rng, sales, progress)
        counts["vendas"] = sales
        for table, count in counts.items():
            _restart_identity(cursor, table, count + 1)
        cursor.execute((files("local_stack") / "oddities.sql").read_bytes())
        progress("a few rows break each business rule on purpose")
    return counts


def simulate(connection: Connection, sales: int, seed: int | None = None) -> dict[str, int]:
    """Add the day after the latest sale, but for sales in the future, in one transaction.

    Returns:
        The new rows per table.
    """
    rng, sales = Random(seed), _checked(sales)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        vehicles, dealerships = _read_vehicles(cursor), _read_dealerships(cursor)
        if not vehicles or not dealerships:
            raise ValueError("the network has no vehicles or no salespeople: seed it first")
        day = _next_day(cursor)
        known = _sample(cursor, rng, dealerships, sales)
        homes = [home for _, home in known] or list(dealerships.values())
        fresh = [(i, rng.choice(homes)) for i in _next_ids(cursor, "clientes", (sales + 1) // 2)]
        # Every other sale goes to a new customer, the first one too: there may be no others.
        purchases = [
            (second, rng.choice(known or fresh[:1]) if i % 2 else fresh[i // 2])
            for i, second in enumerate(_moments(rng, day, sales))
        ]
        ids = _next_ids(cursor, "vendas", sales)
        _copy(cursor, "clientes", _customer_lines(rng, day, purchases[::2]))
        _copy(cursor, "vendas", _sale_lines(rng, day, ids, purchases, vehicles))
    return {"clientes": len(fresh), "vendas": sales}


def _checked(sales: int) -> int:
    if sales < 0:
        raise ValueError(f"the number of sales must be 0 or more, not {sales}")
    return sales


def _seed_base(cursor: Cursor, rng: Random, cities: Path) -> dict[str, int]:
    """Write everything but customers and sales; return the rows per table."""
    with cities.open(encoding="utf-8", newline="") as file:
        places = list(csv.DictReader(file))
    states = {place["sigla"]: place["estado"] for place in places}
    state_ids = {sigla: number for number, sigla in enumerate(states, 1)}
    branches = _choose_branches(rng, [place["municipio"] for place in places])
    # Five salespeople in the busiest dealerships, one in the smallest.
    homes = [rank + 1 for rank in range(len(branches)) for _ in range(max(1, 5 - rank // 9))]
    tables: dict[str, list[tuple[object, ...]]] = {
        "estados": [(name, sigla) for sigla, name in states.items()],
        "cidades": [(place["municipio"], state_ids[place["sigla"]]) for place in places],
        "concessionarias": [(f"Driva Motors {places[i]['municipio']}", i + 1) for i in branches],
        "vendedores": list(zip(_names(rng, len(homes)), homes, strict=True)),
        "veiculos": [(name, kind, _reais(cents)) for name, kind, cents in VEHICLES],
    }
    for table, rows in tables.items():
        _copy(cursor, table, [_line(i, *row, *_base_stamps(rng)) for i, row in enumerate(rows, 1)])
    return {table: len(rows) for table, rows in tables.items()}


def _choose_branches(rng: Random, cities: list[str]) -> list[int]:
    """Indexes of the cities with a dealership: the hubs, then any up to the minimum."""
    hubs = [cities.index(hub) for hub in HUBS if hub in cities]
    rest = [i for i in range(len(cities)) if i not in hubs]
    return hubs + rng.sample(rest, len(rest))[: max(0, MIN_DEALERSHIPS - len(hubs))]


def _seed_sales(cursor: Cursor, rng: Random, sales: int, progress: Progress) -> int:
    """Write customers and sales in the order they happen; return the number of customers."""
    vehicles, dealerships = _read_vehicles(cursor), list(_read_dealerships(cursor).values())
    customers = max(1, sales * CUSTOMERS_PER_100_SALES // 100) if sales else 0
    shares = list(accumulate(rng.uniform(0.7, 1.3) / (i + 5) for i in range(len(dealerships))))
    homes = array("H")  # each customer's dealership, the only part of the past kept in memory
    customer_lines: list[str] = []
    sale_lines: list[str] = []
    done = 0
    for day, count in _calendar(rng, sales):
        moments = _moments(rng, day, count)
        arrivals: list[Purchase] = []
        purchases: list[Purchase] = []
        chosen = rng.choices(range(len(dealerships)), cum_weights=shares, k=count)
        for number, (second, index) in enumerate(zip(moments, chosen, strict=True), done):
            known = number * customers // sales + 1  # spreads the arrivals over all sales
            if known > len(homes):
                homes.append(index)
                arrivals.append((second, (known, dealerships[index])))
                purchases.append(arrivals[-1])
            else:
                customer = int(rng.random() * known)
                purchases.append((second, (customer + 1, dealerships[homes[customer]])))
        ids = range(done + 1, done + count + 1)
        customer_lines += _customer_lines(rng, day, arrivals)
        sale_lines += _sale_lines(rng, day, ids, purchases, vehicles)
        done += count
        if len(sale_lines) >= CHUNK or done == sales:
            _copy(cursor, "clientes", customer_lines)
            _copy(cursor, "vendas", sale_lines)
            customer_lines, sale_lines = [], []
            progress(f"{done:,} of {sales:,} sales")
    return customers


def _calendar(rng: Random, sales: int) -> Iterator[tuple[date, int]]:
    """Share the sales out over the days: season, weekday, growth and some chance."""
    days = [FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    weights = [
        MONTH_WEIGHTS[day.month - 1]
        * (HOLIDAY_WEIGHT if (day.month, day.day) >= HOLIDAYS else 1)
        * WEEKDAY_WEIGHTS[day.weekday()]
        * (1 + YEARLY_GROWTH * n / 365)
        * rng.uniform(0.8, 1.2)
        for n, day in enumerate(days)
    ]
    running = list(accumulate(weights))
    done = 0
    for day, total in zip(days, running, strict=True):
        # Rounding the running total, not each day, makes the days add up exactly.
        until = round(sales * (total / running[-1]))
        if until > done:
            yield day, until - done
        done = until


def _moments(rng: Random, day: date, count: int) -> list[int]:
    """Seconds of the day at which something is sold, ascending, within opening hours."""
    opens, closes = OPENING_HOURS[day.weekday()]
    return sorted(rng.choices(range(opens * 3600, closes * 3600), k=count))


def _customer_lines(rng: Random, day: date, arrivals: Sequence[Purchase]) -> list[str]:
    names = _names(rng, len(arrivals))
    streets = rng.choices(STREETS, k=len(arrivals))
    bairros = rng.choices(BAIRROS, k=len(arrivals))
    lines = []
    for i, (second, (customer, home)) in enumerate(arrivals):
        address = NULL
        if rng.random() >= NO_ADDRESS:
            number, cep = int(rng.random() * 2_500) + 1, int(rng.random() * 90_000_000) + 1_000_000
            address = f"{streets[i]}, {number}, {bairros[i]}, {home.place}"
            address += f", {cep // 1000:05d}-{cep % 1000:03d}"
        created = second - 300 - int(rng.random() * 2_400)  # at the desk, before the purchase
        stamps = _stamps(day, created, rng.random())
        lines.append(f"{customer}\t{names[i]}\t{address}\t{home.id}\t{stamps}\n")
    return lines


def _sale_lines(
    rng: Random, day: date, ids: Sequence[int], purchases: list[Purchase], vehicles: list[Vehicle]
) -> list[str]:
    clock, chance = _clock(), rng.random
    popularity = list(accumulate(1 / (rank + 3) for rank in range(len(vehicles))))
    sold = rng.choices(vehicles, cum_weights=popularity, k=len(ids))
    discounts = rng.choices(range(MAX_DISCOUNT + 1), k=len(ids))
    lines = []
    for i, (second, (customer, home)) in enumerate(purchases):
        vehicle, price = sold[i]
        paid = _reais((price * (1_000_000 - discounts[i]) + 500_000) // 1_000_000)
        seller = home.sellers[int(chance() ** 1.5 * len(home.sellers))]  # the first sell more
        stamps = _stamps(day, second + 60 + int(chance() * 1_800), chance())
        lines.append(
            f"{ids[i]}\t{vehicle}\t{home.id}\t{seller}\t{customer}\t{paid}"
            f"\t{day} {clock[second]}\t{stamps}\n"
        )
    return lines


def _names(rng: Random, count: int) -> list[str]:
    parts = (rng.choices(words, k=count) for words in (FIRST_NAMES, SURNAMES, SURNAMES))
    return list(map(" ".join, zip(*parts, strict=True)))


def _reais(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


@cache
def _clock() -> list[str]:
    """Every second of a day as text: formatting each row's times would be the slow part."""
    return [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)]


def _stamps(day: date, created: int, luck: float) -> str:
    """Give data_inclusao and data_atualizacao, both on the day of the sale.

    So whoever loads only what is newer than the latest stamp misses nothing of the next day.
    """
    inclusion = f"{day} {_clock()[created]}"
    if luck < NOT_UPDATED:
        return f"{inclusion}\t{NULL}"
    return f"{inclusion}\t{day} {_clock()[created + 600 + int((luck - NOT_UPDATED) * 20_000)]}"


def _base_stamps(rng: Random) -> tuple[datetime, datetime | None]:
    """Give the same two stamps in the year before the first sale."""
    start = datetime.combine(FIRST_DAY - timedelta(days=365), time(9))
    created = start + timedelta(days=rng.randrange(180), seconds=rng.randrange(32_400))
    updated = created + timedelta(days=rng.randrange(1, 180))
    return created, updated if rng.random() >= NOT_UPDATED else None


def _line(*values: object) -> str:
    return "\t".join(NULL if v is None else _escape(str(v)) for v in values) + "\n"


def _escape(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("\t", r"\t")
    return escaped.replace("\n", r"\n").replace("\r", r"\r")


def _copy(cursor: Cursor, table: str, lines: Iterable[str]) -> None:
    columns = [f"id_{table}", *TABLES[table].split(), "data_inclusao", "data_atualizacao"]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin")
    with cursor.copy(statement.format(sql.Identifier("public", table), names)) as copy:
        copy.write("".join(lines))


def _restart_identity(cursor: Cursor, table: str, start: int) -> None:
    """Set a table's next id; unlike setval, a rollback undoes it."""
    names = sql.Identifier("public", table), sql.Identifier(f"id_{table}")
    statement = sql.SQL("alter table {} alter column {} restart with {}")
    cursor.execute(statement.format(*names, sql.Literal(start)))


def _next_ids(cursor: Cursor, table: str, count: int) -> list[int]:
    sequence = "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)"
    cursor.execute(sequence, (f"public.{table}", f"id_{table}", count))
    return [number for (number,) in cursor]


def _next_day(cursor: Cursor) -> date:
    cursor.execute("select max(data_venda)::date from public.vendas where data_venda <= now()")
    latest: list[date] = [day for (day,) in cursor if day]
    return max(latest, default=LAST_DAY) + timedelta(days=1)


def _read_vehicles(cursor: Cursor) -> list[Vehicle]:
    cursor.execute(
        "select id_veiculos, (valor * 100)::bigint from public.veiculos where valor > 0 order by 1"
    )
    return cursor.fetchall()


def _read_dealerships(cursor: Cursor) -> dict[int, Dealership]:
    """Read the dealerships that have salespeople, by id."""
    cursor.execute(
        "select id_concessionarias, concat_ws(' - ', cidade, sigla),"
        " array_agg(id_vendedores order by id_vendedores)"
        " from public.concessionarias join public.vendedores using (id_concessionarias)"
        " left join public.cidades using (id_cidades) left join public.estados using (id_estados)"
        " group by 1, 2 order by 1"
    )
    return {i: Dealership(i, _escape(place), sellers) for i, place, sellers in cursor}


def _sample(cursor: Cursor, rng: Random, homes: dict[int, Dealership], count: int) -> list[Buyer]:
    """Read about as many customers as asked, by random id: a million are never fetched."""
    cursor.execute("select max(id_clientes) from public.clientes")
    numbers = [rng.randint(1, top) for (top,) in cursor if top for _ in range(count)]
    cursor.execute(
        "select id_clientes, id_concessionarias from public.clientes"
        " where id_clientes = any(%s) order by 1",
        (numbers,),
    )
    return [(customer, homes[home]) for customer, home in cursor if home in homes]
