"""Celery: into a task's message where it is sent, out of it where a worker runs it (5.7; read 2026-11-26)."""

from __future__ import annotations

import sys
from typing import Any

from aso.context import Block, enter, leave
from aso.propagation.baggage import HEADER, text_of
from aso.propagation.carrier import Carrier, StandIn, instance_of, stand_in
from aso.propagation.crossing import Arrival, Beside, guard, outgoing, write
from aso.propagation.options import Options


def _carry(app: Any, options: Options) -> Any:
    owner = getattr(app, "_get_current_object", lambda: app)()  # what celery.current_app stands for
    stand_in(owner, "send_task", _Sender, options)
    if options.trust:
        worker, signals = _Worker(owner, options), sys.modules["celery.signals"]
        signals.task_prerun.connect(worker.begins, weak=False, dispatch_uid=("aso", id(owner)))
        signals.task_postrun.connect(worker.ends, weak=False, dispatch_uid=("aso", id(owner)))
    return app


class _Sender(StandIn):
    """``Celery.send_task``, through which every task is sent: chains, groups and retries too."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        beside = Beside({})
        with guard():
            if dims := outgoing(self.options):
                headers: dict[str, Any] = dict(kwargs.get("headers") or {})
                write(headers, dims)
                kwargs["headers"], beside = headers, Beside(dims)
        with beside:
            return self.original(*args, **kwargs)


class _Worker:
    """Receives the signals around each task: both come in the thread that runs it."""

    def __init__(self, app: Any, options: Options) -> None:
        self._app = app
        self._options = options
        self._blocks: dict[Any, Block] = {}

    def begins(self, task: Any = None, task_id: Any = None, **_: Any) -> None:
        """Put what the message carries in force, where the task is one of the app's."""
        with guard():
            if task.app is not self._app:
                return
            arrival = Arrival(task.request, _header_of, self._options)
            if arrival.block is not None:
                enter(arrival.block)
                self._blocks[task_id] = arrival.block

    def ends(self, task_id: Any = None, **_: Any) -> None:
        """Take it out again."""
        if (block := self._blocks.pop(task_id, None)) is not None:
            leave(block)


def _header_of(request: Any) -> str:
    return text_of(getattr(request, HEADER, None))


CARRIER = Carrier("a Celery app", instance_of("celery.Celery"), _carry)
