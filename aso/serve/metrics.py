"""What the server has done since it started, as Prometheus reads it; of no tenant by name."""

from __future__ import annotations

import threading
from collections import defaultdict

_HELP = {
    "aso_serve_events_total": ("counter", "Events of batches that were answered with 202."),
    "aso_serve_requests_total": ("counter", "Requests that were answered."),
    "aso_serve_request_seconds_total": ("counter", "Time from a request's headers to its answer."),
    "aso_serve_body_bytes_total": ("counter", "Bytes of request bodies as they came."),
    "aso_serve_internal_errors_total": ("counter", "Requests that failed by a bug of the server."),
}


class Metrics:
    """Counters by name and labels."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter of _HELP; a label has few values, all of them ours."""
        text = ",".join(f'{key}="{value}"' for key, value in labels.items())
        with self._lock:
            self._counts[name, text] += amount

    def text(self) -> str:
        """Return every counter in Prometheus' text format, version 0.0.4."""
        with self._lock:
            counts = sorted(self._counts.items())
        lines: list[str] = []
        for name, (kind, meaning) in _HELP.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
            for (found, labels), amount in counts:
                if found == name:
                    lines.append(
                        f"{name}{{{labels}}} {amount:.12g}" if labels else f"{name} {amount:.12g}"
                    )
        return "\n".join(lines) + "\n"
