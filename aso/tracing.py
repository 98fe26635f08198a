"""The current OpenTelemetry trace, where the program itself uses OpenTelemetry."""

from __future__ import annotations

import sys


def trace_ids() -> tuple[str | None, str | None]:
    """Return trace and span id in hexadecimal; (None, None) outside any span."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return _NONE
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return _NONE
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


_NONE = (None, None)
