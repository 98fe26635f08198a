"""What a provider says that it billed ↔ what the ledger says: every difference, by its name."""

from __future__ import annotations

from aso.reconcile.comparison import Compared, Comparison, compare
from aso.reconcile.exports import read_exports
from aso.reconcile.residuals import RESIDUALS
from aso.reconcile.statement import Statement

__all__ = ["RESIDUALS", "Compared", "Comparison", "Statement", "compare", "read_exports"]
