"""For users' tests: ``with aso.testing.capture_events() as events: ...``."""

from __future__ import annotations

from aso.runtime import capture_events

__all__ = ["capture_events"]
