"""Events → FOCUS 1.2: one row per cost line (docs/focus.md)."""

from __future__ import annotations

from aso.report.focus.charges import Charge, charges
from aso.report.focus.columns import COLUMNS, row_of

__all__ = ["COLUMNS", "Charge", "charges", "row_of"]
