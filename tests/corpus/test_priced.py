"""The recorded exchanges, priced: what changes here changes bills."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from tests.corpus.priced import GOLDEN, rows
from tests.corpus.recordings import FOLDER

LINE = re.compile(r"\w+ ([\d.]+)×(-?[\d.]+)/(\d+)(?:×([\d.]+))?")


@pytest.mark.corpus
def test_each_exchange_costs_what_it_did() -> None:
    if not FOLDER.exists():
        pytest.skip("no recordings: ../shared/corpus is not here")
    golden = GOLDEN.read_text(encoding="utf-8").splitlines()
    found = list(rows())
    assert [row for row in found if row not in set(golden)] == []
    assert len(found) == len(golden)


def test_the_lines_of_each_exchange_add_up_to_its_total() -> None:
    for row in GOLDEN.read_text(encoding="utf-8").splitlines():
        _, _, _, status, _, total, lines, _ = row.split("\t")
        amounts = [
            (Decimal(quantity) * Decimal(rate) * Decimal(factor or 1) / int(per))
            for quantity, rate, per, factor in LINE.findall(lines)
        ]
        exact = [amount.quantize(Decimal("1e-18"), ROUND_HALF_EVEN) for amount in amounts]
        assert (status == "unpriced") == (not total), row
        assert not total or sum(exact) == Decimal(total), row
