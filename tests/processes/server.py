"""The loopback provider of the examples, with an identifier of its own for every answer."""

from __future__ import annotations

import itertools
from typing import Any

from examples.loopback.provider import LoopbackProvider


class Provider(LoopbackProvider):
    """Answers each request as ``chatcmpl-1``, ``chatcmpl-2``, ..., so that none is mistaken."""

    def __init__(self) -> None:
        super().__init__()
        self._server.socket.listen(256)  # 200 tasks connect at once
        self._numbers = itertools.count(1)  # next() is one C call: threads need no lock

    def recording(self, model: str) -> dict[str, Any]:
        found = super().recording(model)
        identity = f"chatcmpl-{next(self._numbers)}"
        return {**found, "answer": {**found["answer"], "id": identity}}
