"""What goes wrong with a ledger."""

from __future__ import annotations

from aso.errors import AsoError


class LedgerError(AsoError):
    """The ledger's file cannot be opened, read or written; nothing was changed."""
