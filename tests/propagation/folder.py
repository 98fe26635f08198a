"""Kombu's broker in a folder, whose messages appear there whole: it may read one that is half written."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

NAME = "folder"


class Channel(filesystem.Channel):  # type: ignore[misc]
    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        name = f"{time.monotonic_ns():020}_{uuid.uuid4()}.{queue}.msg"
        hidden = Path(self.data_folder_out, f".{name}")  # no queue's: its name begins with the dot
        hidden.write_text(dumps(payload), encoding="utf-8")
        hidden.rename(hidden.with_name(name))


class Transport(filesystem.Transport):  # type: ignore[misc]
    Channel = Channel


TRANSPORT_ALIASES[NAME] = f"{__name__}:{Transport.__name__}"
