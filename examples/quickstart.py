"""One line, and every call is captured: `aso report` shows what it cost."""

from __future__ import annotations

from openai import OpenAI

import aso

aso.instrument()

answer = OpenAI().chat.completions.create(
    model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello."}]
)
print(answer.choices[0].message.content)
