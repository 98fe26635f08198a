"""Ledger rows → a table of spend: group, sum exactly, show what is unknown apart."""

from __future__ import annotations

from aso.report.grouping import Grouping, parse_grouping
from aso.report.period import Period, parse_instant
from aso.report.spend import Line, Spend, dimensions, spend

__all__ = [
    "Grouping",
    "Line",
    "Period",
    "Spend",
    "dimensions",
    "parse_grouping",
    "parse_instant",
    "spend",
]
