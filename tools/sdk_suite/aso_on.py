"""A pytest plugin (``-p``): aso is on from before the first test to after the last.

What it counted, and every fault of ours with its test, goes to the folder ASO_COUNTS names. Where
ASO_TAKES_ALL is set, every request of an HTTP client counts as a chat completion of OpenAI's.
"""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

import aso
from aso.capture.transport import Asked, Transport
from aso.guard import Guard
from aso.providers import PROVIDERS
from aso.routes import Route
from aso.sinks import MemorySink

_CHAT = Route("chat/completions", "chat", "chat_completions")

_FAULTS: list[dict[str, str]] = []
_note = Guard.note


def _noted(self: Guard, error: BaseException) -> None:
    trace = "".join(traceback.format_exception(error))
    _FAULTS.append({"test": os.environ.get("PYTEST_CURRENT_TEST", ""), "trace": trace})
    _note(self, error)


def _all(self: Transport, sent: object, frame: object) -> Asked:
    del self, sent, frame
    return Asked("api.openai.com", PROVIDERS["openai"], _CHAT, None, None)


Guard.note = _noted
if os.environ.get("ASO_TAKES_ALL"):
    Transport._asked = _all  # noqa: SLF001 — which of them are a provider's is not the question here
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
