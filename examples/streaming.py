"""A stream is one call, whatever its end; `async for`, `with` and `break` work as ever."""

from __future__ import annotations

import asyncio

from openai import AsyncOpenAI

import aso


async def main() -> None:
    with aso.instrument(), aso.meter() as meter:
        stream = await AsyncOpenAI().chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": "Count to ten."}],
            stream=True,
        )
        async with stream:
            async for chunk in stream:
                print(chunk.choices[0].delta.content or "", end="")
        print(f"\nthat cost {meter.total_cost} USD, {meter.unpriced} of it unpriced")


asyncio.run(main())
