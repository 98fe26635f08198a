"""What is allowed: a document, a pure decision, and the seam where budgets plug in."""

from __future__ import annotations

from aso.policy.decision import Decision, decide
from aso.policy.document import Policy
from aso.policy.gate import Gate, Gates, Hold

__all__ = ["Decision", "Gate", "Gates", "Hold", "Policy", "decide"]
