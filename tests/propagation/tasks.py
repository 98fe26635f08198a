"""A Celery application over a folder: its tasks say what is in force in the worker that runs them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery, Task

import aso
from aso.context import current
from tests.propagation import folder

FOLDER = Path(os.environ["TEST_BROKER"])
_TRANSPORT = {
    "data_folder_in": str(FOLDER / "queue"),
    "data_folder_out": str(FOLDER / "queue"),
    "control_folder": str(FOLDER / "control"),
    "polling_interval": 0.01,
}

app = Celery("tests", broker=f"{folder.NAME}://", backend=f"file://{FOLDER / 'results'}")
app.conf.update(
    broker_transport_options=_TRANSPORT,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    task_ignore_result=False,
)
aso.propagate(app, keys=["team", "app"], trust=os.environ.get("TEST_TRUST") == "1")


def in_force() -> dict[str, str]:
    scope = current()
    return {**scope.received, **scope.dims}


@app.task
def seen(*before: Any) -> list[Any]:
    """Return what is in force, after what the tasks before have returned."""
    return [*before, in_force()]


@app.task
def seen_under(team: str) -> None:
    """Send a task from within a worker, under dimensions of its own."""
    with aso.dimensions(team=team):
        seen.apply_async(task_id=f"under-{team}")


@app.task(bind=True)
def seen_again(self: Task, before: Any = None) -> Any:
    """Return what was in force at first, and when it was tried again."""
    if before is None:
        raise self.retry(args=(in_force(),), countdown=0)
    return [before, in_force()]


@app.task
def fails() -> None:
    """Fail."""
    raise ValueError("as it should")


@app.task(bind=True)
def header(self: Task) -> str | None:
    """Return the baggage of the message."""
    return getattr(self.request, "baggage", None)
