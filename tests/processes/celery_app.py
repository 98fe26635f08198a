"""What `celery worker` loads: instrumented in its parent, before it forks; each task is a call.

The broker is a folder: ``BROKER_FOLDER``. A task appends the id of the answer that it saw to a file there.
"""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery

from tests.processes import calls

FOLDER = Path(os.environ["BROKER_FOLDER"])
QUEUE = FOLDER / "queue"
app = Celery("tests", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(QUEUE),
        "data_folder_out": str(QUEUE),
        "control_folder": str(FOLDER / "control"),
    },
    task_ignore_result=True,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
)
calls.instrumented()


@app.task(name="call")
def call(url: str) -> None:
    answer = calls.client_of(url).chat.completions.create(
        model=calls.MODEL, messages=calls.MESSAGES
    )
    with (FOLDER / "seen").open("a", encoding="utf-8") as file:
        file.write(f"{answer.id}\n")


def send(url: str, count: str) -> None:
    """Put tasks into the queue."""
    for _ in range(int(count)):
        call.delay(url)


if __name__ == "__main__":
    import sys

    send(*sys.argv[2:])
