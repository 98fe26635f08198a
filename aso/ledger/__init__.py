"""The embedded ledger: every event once, in one SQLite file, exact to the last digit."""

from __future__ import annotations

from aso.ledger.rows import from_document
from aso.ledger.store import Ledger

__all__ = ["Ledger", "from_document"]
