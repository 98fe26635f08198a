"""Programs that use the whole of aso and the real SDK; each function is one that a test starts.

Each prints, at once, the generation id of every call that it saw finish. Run as
``python -m tests.processes.calls ROLE URL [ARGUMENT...]``.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

import aso
from aso.sinks import MemorySink

MODEL = "gpt-4o-mini"
MESSAGES: Any = [{"role": "user", "content": "hello"}]


def instrumented() -> None:
    aso.instrument(hosts={"127.0.0.1": "openai"})


def client_of(url: str) -> Any:
    from openai import OpenAI

    return OpenAI(base_url=url, api_key="any", max_retries=0, timeout=60.0)


def say(text: str) -> None:
    """Print a line with one write: whoever kills us never cuts it in two."""
    os.write(1, f"{text}\n".encode())


def call(client: Any) -> None:
    say(client.chat.completions.create(model=MODEL, messages=MESSAGES).id)


def stream(client: Any) -> None:
    chunks = list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
    say(chunks[0].id)


def open_stream(client: Any) -> Any:
    """Return a stream of which one chunk was read."""
    found = client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    say(next(found).id)
    return found


def plain(url: str, count: str = "3") -> None:
    """Call, and leave by the end of the program."""
    instrumented()
    client = client_of(url)
    for _ in range(int(count)):
        call(client)


def plain_and_stats(url: str) -> None:
    """Call, give delivery a moment, and print how much is delivered, pending and dropped."""
    plain(url)
    aso.flush(1.0)
    found = aso.stats()
    say(f"{found.delivered} {found.pending} {found.dropped} {found.internal_errors}")


def fill_the_disk(url: str) -> None:
    """Call with dimensions so long that a small disk is soon full."""
    aso.instrument(
        hosts={"127.0.0.1": "openai"},
        dimensions={f"{number}-{'k' * 30}": "v" * 64 for number in range(8)},
    )
    client = client_of(url)
    for _ in range(100):
        call(client)
    for number in range(1_000):
        aso.record(provider="openai", model=MODEL, usage={"prompt_tokens": number})


def for_ever(url: str) -> None:
    """Call and stream in turn until killed."""
    instrumented()
    client = client_of(url)
    while True:
        call(client)
        stream(client)


def for_ever_into(url: str, said: Path) -> None:
    """The same, with a file for what is said and a home beside it."""
    os.environ["ASO_HOME"] = str(said.parent / "home")
    os.dup2(os.open(said, os.O_WRONLY | os.O_APPEND), 1)
    for_ever(url)


def wait_after_calls(url: str) -> None:
    """Call, then wait for a signal; nothing of ours handles it."""
    plain(url)
    time.sleep(60)


def crash(url: str) -> None:
    """Call and die at once, before anything was delivered."""
    plain(url)
    os.kill(os.getpid(), signal.SIGKILL)


def leave_by_sys_exit(url: str) -> None:
    """Call and leave from within."""
    plain(url)
    sys.exit(0)


def leave_with_open_stream(url: str) -> None:
    """Leave while a stream is open."""
    instrumented()
    kept = open_stream(client_of(url))
    globals()["kept"] = kept  # alive to the very end


def fork(url: str) -> None:
    """Deliver, fork, and call on both sides; the parent closes the ledger while the child has it."""
    instrumented()
    call(client_of(url))
    aso.flush()
    opened, closed = os.pipe(), os.pipe()
    if os.fork():
        call(client_of(url))
        os.read(opened[0], 1)
        aso.shutdown()
        os.write(closed[1], b"x")
        os.wait()
        return
    call(client_of(url))
    aso.flush()
    os.write(opened[1], b"x")
    os.read(closed[0], 1)
    call(client_of(url))


def fork_during_a_write(url: str) -> None:
    """Fork while the ledger is held by another connection, so that our write goes on and on."""
    instrumented()
    call(client_of(url))
    aso.flush()
    other = sqlite3.connect(Path(os.environ["ASO_HOME"], "ledger.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    call(client_of(url))
    time.sleep(0.5)  # the sink's thread has begun
    child = os.fork()
    call(client_of(url))
    if child:
        os.waitpid(child, 0)
        other.execute("ROLLBACK")


def fork_with_open_stream(url: str) -> None:
    """Fork with a stream open: the child drops its copy, the parent reads on."""
    instrumented()
    kept = open_stream(client_of(url))
    if child := os.fork():
        os.waitpid(child, 0)
        list(kept)
        return
    kept.response.stream = iter(())  # the socket is the parent's: the copy is only dropped
    del kept
    call(client_of(url))


def use_multiprocessing(url: str, method: str) -> None:
    """Call here and in two processes of the pool."""
    instrumented()
    call(client_of(url))
    context = multiprocessing.get_context(method)
    workers = [context.Process(target=work, args=(url,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def work(url: str) -> None:
    """What a worker does; one that was not forked has to instrument."""
    instrumented()
    call(client_of(url))


def no_home(url: str) -> None:
    """Call where there is nowhere to keep anything; say what was counted."""
    instrumented()
    call(client_of(url))
    say(f"{aso.stats().calls} counted")


def stream_across_uninstrument(url: str) -> None:
    """End the instrumentation and begin another one while a stream is open; read on after that."""
    old, new = MemorySink(), MemorySink()
    aso.instrument(sinks=[old], hosts={"127.0.0.1": "openai"})
    client = client_of(url)
    kept = open_stream(client)
    aso.uninstrument()
    aso.instrument(sinks=[new], hosts={"127.0.0.1": "openai"})
    call(client)
    list(kept)
    aso.shutdown()
    for sink in (old, new):
        say(" ".join(f"{event.generation_id}:{event.outcome}" for event in sink.events))


def stream_across_shutdown(url: str) -> None:
    """Uninstrument with a stream open, read it to its end, and leave."""
    instrumented()
    kept = open_stream(client_of(url))
    aso.uninstrument()
    list(kept)


def instrument_twice(url: str) -> None:
    """Equal arguments change nothing; others are refused; the first ones stay in force."""
    instrumented()
    instrumented()
    try:
        aso.instrument(env="other")
    except aso.ConfigError as error:
        say(str(error))
    call(client_of(url))


def use_threads(url: str) -> None:
    """Call from 16 threads, all with one client."""
    instrumented()
    client = client_of(url)
    threads = [threading.Thread(target=call_often, args=(client,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def call_often(client: Any) -> None:
    for _ in range(4):
        call(client)
        stream(client)


def use_asyncio(url: str) -> None:
    """Have 200 tasks call at once."""
    instrumented()
    asyncio.run(many_tasks(url))


def use_uvloop(url: str) -> None:
    """The same on uvloop."""
    import uvloop

    instrumented()
    uvloop.run(many_tasks(url))


async def many_tasks(url: str) -> None:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key="any", max_retries=0, timeout=60.0) as client:
        await asyncio.gather(*(one_task(client, number) for number in range(200)))


async def one_task(client: Any, number: int) -> None:
    if number % 2:
        answer = await client.chat.completions.create(model=MODEL, messages=MESSAGES)
    else:
        chunks = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        async for answer in chunks:  # noqa: B007 — the last one is used
            pass
    say(answer.id)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
