"""The embedded ledger: every event once, in one SQLite file, exact to the last digit."""

from __future__ import annotations

from aso.ledger.errors import LedgerError
from aso.ledger.store import Ledger

__all__ = ["Ledger", "LedgerError"]
