"""Whom a call is for: a block, a function, another thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

import aso

aso.instrument(dimensions={"app": "assistant"})
client = OpenAI()


@aso.track(feature="summary")
def summarise(text: str) -> str:
    answer = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Summarise: {text}"}]
    )
    return answer.choices[0].message.content or ""


with aso.dimensions(team="search"), ThreadPoolExecutor() as pool:
    print(summarise("a text"))
    print(
        pool.submit(aso.carry(summarise), "a text, in a thread that knows whom it is for").result()
    )
