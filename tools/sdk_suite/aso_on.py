"""A pytest plugin (``-p``): aso is on from before the first test to after the last.

What it counted, and every fault of ours with its test, goes to the folder ASO_COUNTS names.
"""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

import aso
from aso.guard import Guard
from aso.sinks import MemorySink

_FAULTS: list[dict[str, str]] = []
_note = Guard.note


def _noted(self: Guard, error: BaseException) -> None:
    trace = "".join(traceback.format_exception(error))
    _FAULTS.append({"test": os.environ.get("PYTEST_CURRENT_TEST", ""), "trace": trace})
    _note(self, error)


Guard.note = _noted
_ON = aso.instrument(sinks=[MemorySink()])


def pytest_unconfigure() -> None:
    """Write the counts, to show that calls were seen and that nothing of ours failed."""
    aso.flush()
    found = {"counts": aso.stats()._asdict(), "faults": _FAULTS}
    file = Path(os.environ["ASO_COUNTS"], f"{os.getpid()}.json")
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    _ON.uninstrument()
