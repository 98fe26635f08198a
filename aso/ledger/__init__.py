"""The embedded ledger: every event once, in one SQLite file, exact to the last digit."""

from __future__ import annotations

from aso.ledger.store import Ledger, LedgerError

__all__ = ["Ledger", "LedgerError"]
