"""The main job on one screen: real SDK calls to a provider on this machine, then what they cost.

No key, no network: hosts of this machine stand for those of the providers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import Any

import openai

import aso
from examples.loopback.provider import LoopbackProvider

PROVIDERS = ("openai", "novita", "groq", "xai")
MESSAGES: Any = [{"role": "user", "content": "A question that the recording answers."}]


@aso.track(feature="rerank")
def rerank(client: openai.OpenAI) -> None:
    """Ask a reasoning model, streamed to its end."""
    for _ in client.chat.completions.create(model="gpt-5.4", messages=MESSAGES, stream=True):
        pass


def work(clients: dict[str, openai.OpenAI]) -> None:
    """Make the calls of several teams."""
    with aso.dimensions(team="search"):
        for _ in range(3):
            clients["openai"].chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
        rerank(clients["openai"])
    with aso.dimensions(team="support"):
        for model, host in (("deepseek/deepseek-v3.2", "novita"), ("openai/gpt-oss-120b", "groq")):
            with clients[host].chat.completions.create(
                model=model, messages=MESSAGES, stream=True
            ) as stream:
                list(stream)
        with clients["openai"].chat.completions.create(
            model="gpt-4o-mini", messages=MESSAGES, stream=True
        ) as stream:
            print(f"  a stream is cut after {next(stream).choices[0].delta.content!r}")
    with aso.dimensions(team="marketing"):
        clients["xai"].chat.completions.create(model="grok-4.3", messages=MESSAGES)
        clients["openai"].chat.completions.create(model="gpt-next-preview", messages=MESSAGES)
        try:
            clients["openai"].chat.completions.create(model="o1-pro", messages=MESSAGES)
        except aso.ModelNotAllowedError as refusal:
            print(f"  refused: {refusal}")


def main() -> None:
    """Run the calls, then the command line on what they left."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="aso-demo-"))
        os.environ["ASO_HOME"] = home
        hosts = {name: stack.enter_context(LoopbackProvider()) for name in PROVIDERS}
        print("calls:")
        with aso.instrument(
            hosts={host.host: name for name, host in hosts.items()},
            policy={"denied_models": ["openai:o1*"], "mandatory_dimensions": ["team"]},
            dimensions={"app": "demo"},
        ):
            work(
                {
                    name: openai.OpenAI(api_key="none-needed", base_url=host.url)
                    for name, host in hosts.items()
                }
            )
            aso.flush()
            print(f"  {aso.stats()}")
        show("report", "--by", "team,provider,model")
        show("explain", dearest())


def dearest() -> str:
    """Return the id of the call that cost most."""
    import json

    lines = aso_command("export").splitlines()
    events = [json.loads(line) for line in lines]
    return str(max(events, key=lambda e: float(e["total_cost_usd"] or 0))["event_id"])


def show(*arguments: str) -> None:
    """Print a command and its output."""
    print(f"\n$ aso {' '.join(arguments)}\n{aso_command(*arguments)}", end="")


def aso_command(*arguments: str) -> str:
    """Return what the command line prints."""
    command = [sys.executable, "-m", "aso", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
