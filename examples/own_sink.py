"""Send events where you like: a sink has two methods. Raise, and the batch is tried again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from openai import OpenAI

import aso


class LinesSink:
    """Writes each event as a line of JSON."""

    def send(self, events: Sequence[aso.Event]) -> None:
        for event in events:
            print(json.dumps(event.to_dict()), file=sys.stdout)

    def close(self) -> None:
        sys.stdout.flush()


with aso.instrument(sinks=[LinesSink()]):
    OpenAI().chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello."}]
    )
