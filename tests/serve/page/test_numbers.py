"""What the page computes with: decimals, words, periods and CSV, in a real browser."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest

from tests.serve.page.browser import Page
from tests.serve.served import Served

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(scope="module", autouse=True)
def opened(page: Page, server: Served) -> None:
    """The page is open, for what its scripts import."""
    page.open(server.url)


def test_a_csv_has_every_digit_and_no_formula(page: Page) -> None:
    table = [
        {"value": '=HYPERLINK("x")', "cost_usd": "1234567.000000000000000003", "calls": 1},
        {"value": None, "cost_usd": "0.1", "calls": 1200},
    ]
    script = f"import('/page/table.js').then((one) => one.csvOf('team', {json.dumps(table)}))"
    head, *lines = page.run(script).split("\r\n")
    assert head.startswith("team,calls,prompt_tokens,completion_tokens,cost_usd,")
    assert lines[0].startswith('"\'=HYPERLINK(""x"")",1,,,1234567.000000000000000003,')
    assert lines[1].startswith(",1200,,,0.1,")


def _decimals(chance: random.Random, count: int) -> list[str]:
    return [
        f"{chance.choice(('', '', '-'))}{chance.randrange(10 ** chance.randrange(1, 12))}"
        + (
            f".{chance.randrange(10**18):018d}"[: chance.randrange(2, 20)]
            if chance.random() < 0.8
            else ""
        )
        for _ in range(count)
    ]


def test_its_decimals_are_those_of_python(page: Page) -> None:
    chance = random.Random(7)
    pairs = [_decimals(chance, 2) for _ in range(400)]
    script = f"""import('/page/decimal.js').then((one) => {json.dumps(pairs)}.map(([a, b]) =>
        [one.compared(a, b), one.minus(a, b), one.rounded(a, 4), String(one.ratioIn(a, b, 1000))]))"""
    assert page.run(script) == [_expected(*map(Decimal, pair)) for pair in pairs]


def _expected(a: Decimal, b: Decimal) -> list[Any]:
    with localcontext() as context:
        context.prec = 100
        context.rounding = ROUND_HALF_UP
        places = max(0, -int(a.as_tuple().exponent), -int(b.as_tuple().exponent))
        less = (a - b).quantize(Decimal(1).scaleb(-places))
        ratio = None if b == 0 else (a * 1000 / b).quantize(Decimal(1))
        texts = [f"{less:f}", f"{a.quantize(Decimal('0.0001')):f}"]
        texts = [text.lstrip("-") if not Decimal(text) else text for text in texts]
        return [int(a > b) - int(a < b), *texts, "null" if ratio is None else str(int(ratio))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", "$0"),
        ("0.000", "$0"),
        ("0.5", "$0.50"),
        ("0.0385", "$0.0385"),
        ("0.000591544", "$0.000592"),
        ("0.999996", "$1.000"),
        ("1.005", "$1.01"),
        ("1234567.004", "$1,234,567.00"),
        ("-12.5", "−$12.50"),
        ("0.000000000000000003", "<$0.000000001"),
    ],
)
def test_a_cost_is_rounded_for_reading(page: Page, text: str, said: str) -> None:
    assert page.run(f"import('/page/words.js').then((one) => one.usd('{text}'))") == said


PERIODS: Sequence[tuple[dict[str, str], str, str, str, str, str]] = [
    ({"period": "24h"}, "2026-11-25T10:00Z", "2026-11-26T10:00Z", "hour", "2026-11-24T10:00Z", "2026-11-25T09:20Z"),
    ({"period": "7d"}, "2026-11-20T00:00Z", "2026-11-27T00:00Z", "day", "2026-11-13T00:00Z", "2026-11-19T09:20Z"),
    ({"period": "month"}, "2026-11-01T00:00Z", "2026-11-27T00:00Z", "day", "2026-10-01T00:00Z", "2026-10-26T09:20Z"),
    ({"period": "custom", "from": "2026-11-01", "to": "2026-11-02"}, "2026-11-01T00:00Z", "2026-11-03T00:00Z", "hour", "2026-10-30T00:00Z", "2026-11-01T00:00Z"),
    ({"period": "custom", "from": "2024-01-01", "to": "2025-12-31"}, "2024-01-01T00:00Z", "2026-01-01T00:00Z", "month", "2021-12-31T00:00Z", "2024-01-01T00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "since", "until", "step", "before", "to"), PERIODS)
def test_a_period_is_whole_steps_and_as_long_as_the_one_before(
    page: Page,
    state: dict[str, str],
    since: str,
    until: str,
    step: str,
    before: str,
    to: str,
) -> None:
    found = page.run(
        f"import('/page/period.js').then(({{periodOf, iso}}) => {{"
        f" const one = periodOf({json.dumps(state)}, Date.parse('2026-11-26T09:20Z'));"
        " return [iso(one.since), iso(one.until), one.step, iso(one.before.since), iso(one.before.until)]; })"
    )
    assert found == [since, until, step, before, to]
