"""A pytest plugin (``-p``): aso is on from before the first test to after the last.

What it counted, and every fault of ours with its test, goes to the folder ASO_COUNTS names. Where
ASO_TAKES_ALL is set, every request of an HTTP client counts as a provider's.
"""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

import aso
from aso.guard import Guard
from aso.sinks import MemorySink
from tools.sdk_suite.takes_all import take_all

_FAULTS: list[dict[str, str]] = []
_note = Guard.note


def _noted(self: Guard, error: BaseException) -> None:
    trace = "".join(traceback.format_exception(error))
    _FAULTS.append({"test": os.environ.get("PYTEST_CURRENT_TEST", ""), "trace": trace})
    _note(self, error)


Guard.note = _noted
if os.environ.get("ASO_TAKES_ALL"):
    take_all()
_ON = aso.instrument(sinks=[MemorySink()])


def pytest_sessionfinish() -> None:
    """Write the counts, to show that calls were seen and that nothing of ours failed.

    Not later: a worker of xdist's has ten seconds to end, on a busy machine too.
    """
    aso.flush()
    found = {"counts": aso.stats()._asdict(), "faults": _FAULTS}
    file = Path(os.environ["ASO_COUNTS"], f"{os.getpid()}.json")
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")


def pytest_unconfigure() -> None:
    """Take the hooks off."""
    _ON.uninstrument()
