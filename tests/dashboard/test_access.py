"""Who sees what: sign-ins at a provider of the tests' own, and attempts to get around them."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64encode as b64encode
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import sqlglot
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import BrowserContext, Page, expect
from sqlglot import exp

from tests.conftest import Project, Sent, browsing, needs_a_browser, overheard
from tests.dashboard.provider import CLIENT, SECRET, Provider, providing
from tests.dashboard.test_dashboard import (
    DESK,
    PAGES,
    Visit,
    Window,
    brazilian,
    plain,
    serving,
    settle,
)

pytestmark = needs_a_browser

ANA, DIRECTOR, LEAVER = "ana@driva.example", "diretora@driva.example", "beto@driva.example"
# The dealerships of Ana, and one of somebody else.
HERS, OTHER = (2, 3), 1
SENTENCES = {
    "Entre com a sua conta para ver o painel.": "Sign in with your account to see the dashboard.",
    "A sua entrada terminou. Entre de novo.": "Your sign-in has ended. Sign in again.",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as started:
        yield started


@pytest.fixture(scope="module")
def heard(network: Project) -> Iterator[tuple[int, list[Sent]]]:
    """A port of the warehouse, and what is sent there."""
    with overheard(network.snowflake_port) as heard:
        yield heard


@pytest.fixture(scope="module")
def sent(heard: tuple[int, list[Sent]]) -> list[Sent]:
    """What the dashboard has sent to the warehouse."""
    return heard[1]


@pytest.fixture(scope="module")
def url(network: Project, provider: Provider, heard: tuple[int, list[Sent]]) -> Iterator[str]:
    """The dashboard with a sign-in, and people in ACESSOS, not all of them written well."""
    network.warehouse(
        "insert into SEGURANCA.ACESSOS (usuario, concessionaria_id, rede) values "
        f"(' Ana@DRIVA.example ', {HERS[0]}, null), ('{ANA}', {HERS[1]}, false), "
        f"('{ANA}', {HERS[1]}, null), ('{ANA}', 999999, null), "
        f"('{DIRECTOR}', null, true), ('{LEAVER}', {OTHER}, null), "
        "('caio@driva.example', null, null), ('', null, true)"
    )
    settings = {
        "LOCAL_SNOWFLAKE_PORT": str(heard[0]),
        "DASHBOARD_SIGN_IN_PROVIDER": provider.address,
        "DASHBOARD_SIGN_IN_CLIENT_ID": CLIENT,
        "DASHBOARD_SIGN_IN_CLIENT_SECRET": SECRET,
        "DASHBOARD_SIGN_IN_ADDRESS": "http://127.0.0.1:{port}",
    }
    with serving(network.with_variables(**settings)) as address:
        yield address


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    with browsing() as chromium:
        yield partial(chromium, locale="pt-BR", viewport=DESK)


def signs_in(context: BrowserContext, url: str) -> Visit:
    """Open an address, and sign in as whoever the provider says."""
    visit = Visit.begin(context, url)
    with visit.page.expect_navigation():  # there and back again
        visit.page.get_by_role("button", name="Entrar").click()
    expect(visit.page.locator("h1")).to_be_visible()
    settle(visit.page)
    return visit


@pytest.fixture(scope="module")
def ana(window: Window, url: str, provider: Provider) -> Iterator[BrowserContext]:
    """The browser of a manager of two dealerships who has signed in."""
    context = window()
    provider.is_somebody("ANA@driva.example")
    signs_in(context, url).end()
    yield context
    context.close()


def assert_no_number(page: Page) -> None:
    """Nothing of the data is shown, not even the filters or the pages' names."""
    words = page.locator("body").inner_text()
    assert "R$" not in words
    assert not page.locator("[data-testid=stMetric], [data-testid=stVegaLiteChart]").count()
    assert not page.locator("[data-testid=stSidebarNavLink], .st-key-concessionaria").count()
    assert page.get_by_test_id("stException").count() == 0


def test_before_a_sign_in_no_page_shows_anything(window: Window, url: str) -> None:
    context = window()
    for path in PAGES:
        for language, sentence in zip(("pt", "en"), next(iter(SENTENCES.items())), strict=True):
            visit = Visit.begin(context, f"{url}{path}?lang={language}&periodo=total")
            expect(visit.page.get_by_text(sentence)).to_be_visible()
            assert_no_number(visit.page)
            assert visit.received < 100_000
            visit.end()
    context.close()


def test_a_sign_in_leads_to_what_was_asked_for(
    window: Window, url: str, provider: Provider
) -> None:
    context = window()
    provider.is_somebody(ANA)
    visit = signs_in(context, f"{url}veiculos?periodo=90d&lang=pt")
    visit.page.wait_for_url("**/veiculos?periodo=90d*")
    settle(visit.page)
    expect(visit.page.locator("h1")).to_have_text("Veículos")
    assert visit.parameters() == {"periodo": ["90d"]}
    context.close()


def names_of(network: Project, condition: str) -> set[str]:
    """Return the names of some salespeople."""
    return {
        name
        for (name,) in network.warehouse(
            f"select nome_vendedor from SILVER.DIM_VENDEDORES where vendedor_id > 0 and {condition}"
        )
    }


def test_a_manager_sees_their_own_dealerships(
    network: Project, ana: BrowserContext, url: str
) -> None:
    visit = Visit.begin(ana, f"{url}?periodo=total")
    ((count,),) = network.warehouse(
        f"select count(*) from GOLD.FCT_VENDAS where concessionaria_id in {HERS}"
    )
    assert visit.numbers()[1] == brazilian(count)
    assert ANA in plain(visit.page.get_by_test_id("stSidebar").inner_text())
    visit.page.locator(".st-key-concessionaria input").click()
    options = visit.page.get_by_role("option")
    expect(options).to_have_count(len(HERS))
    visit.page.keyboard.press("Escape")
    others = names_of(network, f"concessionaria_id not in {HERS}")
    own = names_of(network, f"concessionaria_id in {HERS}")
    visit.open("vendedores")
    rows = visit.download("vendedores")
    assert {row["Vendedor"] for row in rows} - {"—"} <= own
    visit.open("concessionarias")
    shares = [row["Participação"] for row in visit.download("concessionarias")]
    assert len(shares) == len(HERS)
    total = sum(float(share.replace(",", ".").rstrip("%")) for share in shares)
    assert abs(total - 100) < 0.01 or abs(total - 1) < 0.01, "a share of the network tells it all"
    for path in PAGES:
        visit.open(path)
        said = visit.text() + " ".join(visit.cells())
        assert not {name for name in others - own if re.search(rf"\b{re.escape(name)}\b", said)}
        assert visit.page.get_by_test_id("stAlertContentError").count() == 0
    # Of the data's state they see whether it is right, and not what others have.
    assert {row["Linhas"] for row in visit.download("verificacoes")} == {""}
    assert {row["O que se achou"] for row in visit.download("verificacoes")} <= {"", "—"}
    assert visit.errors == []
    visit.end()


@pytest.mark.parametrize("path", ["", "concessionarias", "vendedores", "veiculos", "dados"])
def test_an_address_shows_no_other_dealership(
    network: Project, ana: BrowserContext, url: str, path: str
) -> None:
    ((name, city),) = network.warehouse(
        f"select concessionaria, sigla from GOLD.ANALISE_VENDAS_CONCESSIONARIA where id = {OTHER}"
    )
    asked = {"concessionaria": name, "estado": city, "periodo": "total"}
    visit = Visit.begin(ana, f"{url}{path}?{urlencode(asked)}")
    note = visit.page.get_by_test_id("stAlertContentWarning").first.inner_text()
    assert "não existe nestes dados" in note  # as of a name that nobody has
    said = visit.page.get_by_test_id("stMain").inner_text().replace(note, "")
    assert name not in said
    visit.end()


def test_who_may_see_the_network_sees_all(
    network: Project, window: Window, url: str, provider: Provider
) -> None:
    context = window()
    provider.is_somebody(DIRECTOR)
    signs_in(context, url).end()
    visit = Visit.begin(context, f"{url}?periodo=total")
    assert visit.numbers()[1] == brazilian(
        network.warehouse("select count(*) from GOLD.FCT_VENDAS")[0][0]
    )
    visit.open("dados")
    assert {row["Linhas"] for row in visit.download("verificacoes")} != {""}
    visit.end()
    context.close()


NOT_YET = ("ainda não vê nenhuma", "may not see any dealership yet")
NOT_VERIFIED = ("O provedor não confirma", "does not confirm")
NOBODY = ("não diz quem você é", "does not say who you are")


@pytest.mark.parametrize(
    ("claims", "sentences"),
    [
        ({"email": "ninguem@driva.example"}, NOT_YET),
        ({"email": "caio@driva.example"}, NOT_YET),
        ({"email": f" {ANA} "}, NOT_YET),
        ({"email": "\u00e3na@driva.example"}, NOT_YET),
        ({"email": "' or 1=1 --"}, NOT_YET),
        ({"email": f"x') or lower(usuario) = '{DIRECTOR}' --"}, NOT_YET),
        ({"email_verified": False}, NOT_VERIFIED),
        ({"email_verified": "true"}, NOT_VERIFIED),
        ({"email_verified": None}, NOT_VERIFIED),
        ({"email": None}, NOBODY),
        ({"email": [ANA]}, NOBODY),
        ({"email": ""}, NOBODY),
        ({"iat": time.time() - 13 * 3600}, ("A sua entrada terminou", "sign-in has ended")),
    ],
)
def test_who_has_no_access_reads_why(
    window: Window, url: str, provider: Provider, claims: dict[str, Any], sentences: tuple[str, str]
) -> None:
    context = window()
    provider.is_somebody(ANA, **claims)
    signs_in(context, url).end()
    for path, sentence in zip(("dados?periodo=total", "?lang=en"), sentences, strict=True):
        visit = Visit.begin(context, url + path)
        expect(visit.page.get_by_test_id("stMain").get_by_text(sentence)).to_be_visible()
        assert_no_number(visit.page)
        visit.end()
    context.close()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"claims": {"aud": "outro painel"}}, "A entrada não se completou"),
        ({"claims": {"exp": time.time() - 3600}}, "A entrada não se completou"),
        ({"claims": {"iss": "http://127.0.0.1:1"}}, "A entrada não se completou"),
        ({"claims": {"nonce": "de outra entrada"}}, "A entrada não se completou"),
        ({"algorithm": "none"}, "A entrada não se completou"),
        ({"key": rsa.generate_private_key(65537, 2048)}, "A entrada não se completou"),
        ({"secret": "outro"}, "A entrada não se completou"),
        ({"refuses": "access_denied"}, "A entrada não se completou"),
        ({"is_down": True}, "O provedor das contas não responde"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_sign_in_that_fails_says_so(
    window: Window, url: str, provider: Provider, wrong: dict[str, Any], sentence: str
) -> None:
    context = window()
    provider.is_somebody(ANA, **wrong.pop("claims", {}))
    right = {name: getattr(provider, name) for name in wrong}
    vars(provider).update(wrong)
    try:
        visit = signs_in(context, url)
    finally:
        vars(provider).update(right)
    expect(visit.page.get_by_text(sentence)).to_be_visible()
    expect(visit.page.get_by_text("Entre com a sua conta")).to_be_visible()
    assert_no_number(visit.page)
    assert not [c for c in context.cookies() if c.get("name") == "_streamlit_user" and c["value"]]
    visit.end()
    context.close()


def test_a_cookie_of_ones_own_making_is_nobodys(window: Window, url: str) -> None:
    claims = {
        **{"is_logged_in": True, "email": DIRECTOR, "email_verified": True, "sub": "1"},
        **{"iat": time.time(), "origin": url.rstrip("/"), "provider": "default"},
    }
    payload = b64encode(json.dumps(json.dumps(claims)).encode())
    signed = b".".join(
        (payload, b64encode(int(time.time()).to_bytes(4, "big")), b64encode(b"0" * 20))
    )
    for value in (signed.decode().replace("=", ""), payload.decode().replace("=", "")):
        context = window()
        context.add_cookies([{"name": "_streamlit_user", "value": value, "url": url}])
        visit = Visit.begin(context, url)
        expect(visit.page.get_by_text("Entre com a sua conta")).to_be_visible()
        assert_no_number(visit.page)
        context.close()


def test_a_file_is_given_to_who_has_signed_in(
    ana: BrowserContext, window: Window, url: str
) -> None:
    visit = Visit.begin(ana, f"{url}vendedores")
    with visit.page.expect_download() as download:
        visit.page.locator(".st-key-csv_vendedores button").click()
    address = download.value.url
    assert "/media/" in address
    assert ana.request.get(address).status == 200
    with pytest.raises(HTTPError) as refused:
        urlopen(address)
    assert refused.value.code == 403
    stranger = window()
    assert stranger.request.get(address).status == 403
    stranger.close()
    visit.end()


def test_a_session_of_somebody_else_is_not_taken_over(
    ana: BrowserContext, window: Window, url: str
) -> None:
    page, ids = ana.new_page(), set[str]()
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: ids.update(uuids(frame))),
    )
    page.goto(url)
    settle(page)
    page.close()
    assert ids
    stranger = window()
    visit = Visit.begin(stranger, url)
    for session in ids:
        said = visit.page.evaluate(TAKE_OVER, session)
        assert "Entre com a sua conta" in said
        assert "R$" not in said
        assert ANA not in said
    stranger.close()


def uuids(frame: str | bytes) -> list[str]:
    """Return what may be a session's id."""
    text = frame if isinstance(frame, str) else frame.decode("latin-1")
    return re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)


# Asks the server for a page in a session, as Streamlit's own code does (BackMsg.rerun_script), and
# returns all that it says until the page is done.
TAKE_OVER = """session => new Promise(resolve => {
  const token = document.cookie.match(/_streamlit_xsrf=([^;]+)/)[1]
  const address = location.origin.replace("http", "ws") + "/_stcore/stream"
  const socket = new WebSocket(address, ["streamlit", token, session])
  const texts = []
  socket.binaryType = "arraybuffer"
  socket.onopen = () => socket.send(new Uint8Array([0x5a, 0]))
  socket.onmessage = ({ data }) => {
    texts.push(new TextDecoder().decode(data))
    clearTimeout(socket.quiet)
    socket.quiet = setTimeout(() => { socket.close(); resolve(texts.join("")) }, 1500)
  }
})"""


def test_what_else_the_server_answers_says_nothing(url: str, ana: BrowserContext) -> None:
    visit = Visit.begin(ana, url)
    for path in (
        "_stcore/health",
        "_stcore/host-config",
        "_stcore/metrics",
        "_stcore/agent/openapi.json",
        "_stcore/script-health-check",
        "_stcore/message?hash=1",
        "media/../../dashboard/access.py",
        "app/static/secrets.toml",
    ):
        try:
            with urlopen(url + path) as answer:
                said = answer.read().decode()
        except HTTPError as error:
            said = error.read().decode()
        assert "@driva" not in said, path
        assert SECRET not in said, path
        assert "ACESSOS" not in said, path
    visit.end()


def test_a_sign_out_ends_it_everywhere(
    network: Project, window: Window, url: str, provider: Provider
) -> None:
    context, thief = window(), window()
    provider.is_somebody(ANA, sub="ana que sai")
    first = signs_in(context, url)
    for cookie in context.cookies():
        thief.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": url}])
    second = Visit.begin(context, f"{url}?periodo=total")
    assert second.numbers()
    before = provider.signed_out
    first.page.get_by_role("button", name="Sair").click()
    expect(first.page.get_by_text("Entre com a sua conta")).to_be_visible()
    assert provider.signed_out == before + 1
    assert_no_number(first.page)
    second.page.get_by_role("radio", name="7d", exact=True).click()
    expect(second.page.get_by_text("A sua entrada terminou")).to_be_visible()
    settle(second.page)
    assert_no_number(second.page)
    stolen = Visit.begin(thief, url)
    expect(stolen.page.get_by_text("A sua entrada terminou")).to_be_visible()
    assert_no_number(stolen.page)
    context.close()
    thief.close()


def test_who_is_taken_out_sees_nothing_after_a_minute(
    network: Project, window: Window, url: str, provider: Provider
) -> None:
    context = window()
    provider.is_somebody(LEAVER)
    signs_in(context, url).end()
    visit = Visit.begin(context, f"{url}?periodo=total")
    assert visit.numbers()
    network.warehouse(f"delete from SEGURANCA.ACESSOS where usuario = '{LEAVER}'")
    since = time.monotonic()
    while not visit.page.get_by_text("ainda não vê nenhuma").count():
        assert time.monotonic() - since < 70, "a row that is gone is still believed"
        visit.page.reload()
        settle(visit.page)
    assert_no_number(visit.page)
    context.close()


def test_what_a_manager_may_see_is_bound_to_each_statement(
    network: Project, ana: BrowserContext, url: str, sent: list[Sent]
) -> None:
    begin = len(sent)
    visit = Visit.begin(ana, f"{url}?periodo=30d")  # which nobody has asked for yet
    for path in PAGES:
        visit.open(path)
    visit.end()
    assert "Traceback" not in (network.folder / "dashboard.log").read_text()
    asked = [json.loads(request.body or "{}") for request in sent[begin:]]
    assert_restricted([request for request in asked if request.get("sqlText")])


def assert_restricted(asked: list[dict[str, Any]]) -> None:
    """Each statement reads sales of bound dealerships only, and no name is in its text."""
    restricted = 0
    for request in asked:
        query = sqlglot.parse_one(request["sqlText"], dialect="snowflake")
        assert "@" not in request["sqlText"]
        assert "driva.example" not in request["sqlText"]
        bound = {value["value"] for value in (request.get("bindings") or {}).values()}
        for table in query.find_all(exp.Table):
            assert table.db in ("GOLD", "SEGURANCA"), request["sqlText"]
            select = table.parent_select
            assert select
            if table.name in ("ACESSOS",):
                assert bound == {ANA}
            elif {"FCT_VENDAS", "ANALISE_VENDAS_VENDEDOR"} & {table.name}:
                where = select.args["where"].find(exp.In)
                assert where.this.name == "concessionaria_id"
                assert all(isinstance(value, exp.Placeholder) for value in where.expressions)
                assert bound == {*map(str, HERS), "999999"}
                restricted += 1
    assert restricted > 3
