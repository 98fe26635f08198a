"""Refuse before anything is sent: what is not allowed never costs."""

from __future__ import annotations

from openai import OpenAI

import aso

aso.instrument(
    policy={
        "denied_models": ["*"],  # in a real policy: ["openai:o1*"]
        "mandatory_dimensions": ["team"],
        "mode": "enforce",  # "warn" logs, "shadow" only counts
    }
)

with aso.dimensions(team="search"):
    try:
        OpenAI().chat.completions.create(
            model="o1-pro", messages=[{"role": "user", "content": "Think hard."}]
        )
    except aso.ModelNotAllowedError as refusal:
        print(f"{refusal.rule}: {refusal.value}\n{refusal}")
