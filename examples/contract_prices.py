"""Your own prices: 15 % off everything at one provider, and a model that no list knows."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from openai import OpenAI

import aso

client = OpenAI()
aso.instrument(
    prices={
        "openai:*": {"multiplier": "0.85"},
    },
    # a gateway of your own that bills like OpenAI
    hosts={urlsplit(os.environ.get("OPENAI_BASE_URL", "//llm.corp.example")).netloc: "openai"},
)

with aso.meter() as meter:
    client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello."}]
    )
for line in meter.events[0].cost.lines:
    print(line.unit, line.quantity, "×", line.rate, "×", line.multiplier, "=", line.amount)
