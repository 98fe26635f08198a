"""The page in a real browser: what is asked, what is shown, and that hostile text stays text."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from aso.records import Usage
from aso.serve.store import Scope
from tests.events import PRICED, UNPRICED, costing, event
from tests.serve.page.browser import Page
from tests.serve.served import Served, batch, serving

pytestmark = pytest.mark.usefixtures("quiet")

DAY_MS = 86_400_000
MONDAY_MS = event().ended_at_ms  # 2026-11-23T08:00:00.400Z
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
TURNED = "safe\u202egpj.exe"
SPAN = "#period=custom&from=2026-11-22&to=2026-11-24"
DRAWN = (
    "!document.body.classList.contains('loading') && !document.getElementById('view').hidden"
    " && document.getElementById('notice').hidden"
)
SAID = "document.getElementById('notice').classList.contains('bad')"
ASKS = "!document.getElementById('signin').hidden"


@pytest.fixture(scope="module")
def filled(server: Served) -> str:
    """The key of a tenant with calls of three days and all that is not quite known."""
    guessed = Usage(input_tokens=10, output_tokens=5, source="estimate")
    partial = PRICED._replace(status="partial", total=Decimal("0.004"))
    tuesday = {"ended_at_ms": MONDAY_MS + DAY_MS, "started_at_ms": MONDAY_MS + DAY_MS}
    sent = [
        costing(1, "1234567.000000000000000003", dims={"team": "search"}),
        costing(2, "0.5", usage=guessed, dims={"team": HOSTILE}, model=HOSTILE),
        event(3, cost=UNPRICED, dims={"team": TURNED, HOSTILE[:32]: "x"}, **tuesday),
        event(4, cost=partial, dims={"team": "=1+1", "a,b": "1"}, function="f", **tuesday),
        costing(5, "0.25", dims={}, **tuesday),
        event(6, kind="refused", outcome="refused", cost=UNPRICED, usage=Usage(source="none")),
    ]
    key = server.key("filled")
    assert server.post(key, batch(sent)).json()["accepted"] == 6
    return key


def show(page: Page, url: str, key: str, fragment: str = SPAN) -> None:
    """Look at something, signed in as a person does it, where that was not done with this key."""
    is_here = f"location.href.startsWith({json.dumps(url)}) && !({ASKS})"
    if not page.run(f"{is_here} && sessionStorage.getItem('aso-key') === {json.dumps(key)}"):
        sign_in(page, url, key, fragment)
    elif page.run("location.hash") != fragment:
        follow(page, lambda: page.run(f"location.hash = {json.dumps(fragment)}"))


def sign_in(page: Page, url: str, key: str, fragment: str = SPAN) -> None:
    ask(page, f"{url}/{fragment}")
    page.type("#key", key)
    page.press("Enter", 13)
    page.until(DRAWN)


def ask(page: Page, url: str) -> None:
    """Open the page afresh, where it knows no key."""
    page.open(url)
    page.until(f"{ASKS} || {DRAWN}")
    if page.run(DRAWN):
        page.run("document.getElementById('forget').click()")


def follow(page: Page, act: Callable[[], object]) -> None:
    """Do something that changes the fragment, and wait for what is drawn then."""
    page.run(
        "window.moved = new Promise((done) => addEventListener('hashchange', done, {once: true})); 0"
    )
    act()
    page.run("window.moved.then(() => 0)")
    page.until(DRAWN)


def click(page: Page, selector: str) -> None:
    page.run(f"document.querySelector({json.dumps(selector)}).click()")


def reload(page: Page, until: str) -> None:
    """Ask again, and wait for what comes of it."""
    page.run("document.getElementById('reload').click()")
    page.until(f"!document.body.classList.contains('loading') && {until}")


def rows(page: Page) -> list[list[str]]:
    """Return the table as it is read."""
    found: list[list[str]] = page.run(
        "[...document.querySelectorAll('#groups-table tbody tr, #groups-table tfoot tr')].map((row) =>"
        " [...row.cells].map((cell) => cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )
    return found


def test_hostile_text_is_only_ever_text(page: Page, server: Served, filled: str) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team&where=provider%3Dopenai")
    page.run("document.getElementById('chart').focus()")
    page.press("Home", 36)
    page.press("ArrowRight", 39)
    assert HOSTILE in page.text("#groups-table th.name")
    assert HOSTILE in page.text("#legend li")
    assert any(HOSTILE in text for text in page.text(".tip"))
    assert page.text("#by option[value^='dims.<']") == [HOSTILE[:32]]
    follow(page, lambda: click(page, f".name button[title={json.dumps('Only ' + HOSTILE)}]"))
    assert HOSTILE in "".join(page.text("#chips li"))
    assert page.run("[document.images.length, document.title]") == [0, "Spend · aso"]


def test_text_that_would_turn_what_follows_is_spelled_out(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team")
    assert "safe\\u202egpj.exe" in page.text("#groups-table th.name")


def test_every_number_is_the_server_s_to_the_last_digit(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team&exact=1")
    assert rows(page) == [
        ["search", "$1,234,567.000000000000000003", "100.0 %", "1", "1,000", "0", "0", "0", "0", "1"],
        [HOSTILE, "$0.5", "<0.1 %", "1", "10", "5", "$0.5 in 1", "0", "0", "0"],
        ["not set", "$0.25", "<0.1 %", "1", "1,000", "0", "0", "0", "0", "0"],
        ["=1+1", "$0.004 +", "<0.1 %", "1", "1,000", "0", "0", "0", "1", "0"],
        ["safe\\u202egpj.exe", "unpriced", "–", "1", "1,000", "0", "0", "1", "0", "0"],
        ["All", "$1,234,567.754000000000000003 +", "100 %", "5", "4,010", "5", "$0.5 in 1", "1", "1", "1"],
    ]  # fmt: skip


def test_a_sum_that_no_float_holds_is_exact(page: Page, server: Served, key: str) -> None:
    counts = [*[10**15] * 9, 7_199_254_740_993]  # 2**53 + 1
    server.post(key, batch([event(n, usage=Usage(count)) for n, count in enumerate(counts)]))
    show(page, server.url, key, f"{SPAN}&by=model")
    assert [row[4] for row in rows(page)] == ["9,007,199,254,740,993"] * 2


def test_what_is_not_quite_known_stands_beside_the_cost(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled)
    assert page.text("#headline .figure")[:2] == ["$1,234,567.75+", "5"]
    assert (
        page.run("document.querySelector('#headline .figure').title")
        == "$1,234,567.754000000000000003"
    )
    assert [" ".join(text.split()) for text in page.text("#apart div")] == [
        "Estimated $0.50 of the cost, 1 call",
        "Partial 1 call, a lower bound",
        "Unpriced 1 call, in no sum",
        "Unmetered 0 calls, in no sum",
        "Refused 1 by policy, never sent",
    ]
    assert page.run("document.querySelectorAll('rect.unpriced, rect.partial').length") == 2
    assert page.run("document.querySelectorAll('rect.part[fill^=\"url(#hatch\"]').length") == 1


def test_the_key_is_in_this_tab_and_in_a_header_alone(
    page: Page, server: Served, filled: str
) -> None:
    sign_in(page, server.url, filled)
    places = "[location.href, document.cookie, JSON.stringify(localStorage), document.documentElement.outerHTML]"
    assert not any(filled in text for text in [*page.run(places), *page.requests])
    assert page.run("[sessionStorage.length, sessionStorage.getItem('aso-key')]") == [1, filled]
    page.run("document.getElementById('forget').click()")
    assert page.run("sessionStorage.length") == 0
    assert page.run(ASKS)


def test_an_answer_for_a_key_that_is_forgotten_is_not_shown(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled, f"{SPAN}&by=model")
    page.run("document.getElementById('reload').click(); document.getElementById('forget').click()")
    page.until("!document.body.classList.contains('loading')")
    assert page.run(f"[{ASKS}, document.getElementById('view').hidden]") == [True, True]


def test_a_row_filters_and_a_chip_takes_it_back(page: Page, server: Served, filled: str) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team")
    follow(page, lambda: click(page, ".groups tbody button.unset"))
    assert page.text("#chips li") == ["team\nnot set\n×"]
    assert [row[0] for row in rows(page)] == ["not set", "All"]
    follow(page, lambda: click(page, "#chips button"))
    assert len(rows(page)) == 6


def test_an_address_shows_another_the_same(page: Page, server: Served, filled: str) -> None:
    show(page, server.url, filled)
    follow(page, lambda: page.choose("#by", "function"))
    follow(page, lambda: click(page, "[data-focus='sort calls']"))
    seen, fragment = rows(page), page.run("location.hash")
    assert page.run("document.querySelector('[aria-sort]').innerText") == "Calls"
    sign_in(page, server.url, filled, fragment)
    assert (rows(page), page.text("#groups-title")) == (seen, ["By function"])


def test_the_keyboard_reads_the_bars_and_opens_one(page: Page, server: Served, filled: str) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team&exact=1&step=day")
    page.run("document.getElementById('chart').focus()")
    page.press("End", 35)
    page.press("ArrowLeft", 37)
    [tip] = page.text(".tip")
    assert tip.split("\n")[0] == "Mon 23 Nov 2026"
    assert "$1,234,567.500000000000000003" in tip
    follow(page, lambda: page.press("Enter", 13))
    assert "&from=2026-11-23&to=2026-11-23" in page.run("location.hash")
    assert page.text("#steps input:checked + span") == ["Hour"]


def test_a_finger_reads_a_bar_and_opens_it_by_a_second_tap(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team&step=day")
    page.tap("#chart svg")
    assert page.text(".tip strong") == ["Mon 23 Nov 2026"]
    assert page.run("location.hash").startswith(SPAN)
    follow(page, lambda: page.tap("#chart svg"))
    assert "&from=2026-11-23&to=2026-11-23" in page.run("location.hash")


def test_an_address_that_cannot_be_answered_is_no_dead_end(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled)
    page.open(f"{server.url}/{SPAN}&where=calls%3D3")
    page.until(SAID)
    assert "cannot group or filter by 'calls'" in page.text("#notice")[0]
    follow(page, lambda: click(page, "#notice button"))
    assert page.run("location.hash") == "#period=7d"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_window(page: Page, server: Served, filled: str, scheme: str) -> None:
    show(page, server.url, filled, f"{SPAN}&by=dims.team")
    for width in (400, 700, 1000, 1600):
        page.look(width, 900, scheme=scheme)
        page.until(f"document.documentElement.scrollWidth === {width}")
    paper = page.run("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == ("rgb(17, 21, 22)" if scheme == "dark" else "rgb(251, 251, 249)")


def test_where_there_is_nothing_it_says_how_to_send(page: Page, server: Served, key: str) -> None:
    show(page, server.url, key, "#period=30d")
    [said] = page.text("#empty")
    assert f"ASO_ENDPOINT={server.url} ASO_API_KEY=aso_k_… aso run program.py" in said
    assert page.run("document.getElementById('over-time').hidden")


@pytest.mark.parametrize("scope", [None, "ingest"])
def test_a_key_that_is_not_taken_is_asked_for_again(
    page: Page, server: Served, tenant: str, scope: Scope | None
) -> None:
    ask(page, server.url)
    page.type("#key", server.key(tenant, scope) if scope else "aso_k_none.none")
    page.press("Enter", 13)
    page.until(f"{ASKS} && {SAID}")
    said = (
        "API key is for ingest only: this endpoint needs read" if scope else "Invalid X-ASO-API-Key"
    )
    assert page.text("#notice") == [f"The server does not take this key. {said}"]


def test_a_server_that_asks_for_a_pause_is_given_it(
    page: Page, server: Served, filled: str
) -> None:
    show(page, server.url, filled)
    with page.answered("/v1/", 429, Retry_After="77"):
        reload(page, "!document.getElementById('notice').hidden")
    assert page.text("#notice") == [
        "Too many requests: the server asks for a pause. Asking again in 77 s."
    ]
    assert page.run("document.body.classList.contains('stale')")
    reload(page, DRAWN)


def test_a_server_that_fails_or_is_gone_is_said_in_plain_words(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path / "store", tmp_path / "secret") as own:
        key = own.key("acme")
        own.post(key, batch([event(1)]))
        show(page, own.url, key)
        for file in (tmp_path / "store" / "tenants" / "acme").glob("ledger.db*"):
            file.write_bytes(b"no ledger at all" * 1000)
        reload(page, "document.getElementById('notice').innerText.includes('store now')")
        own.process.kill()
        reload(page, "document.getElementById('notice').innerText.includes('cannot be reached')")
    assert page.text("#headline .figure")[1] == "1"  # what was shown stays, and steps back
