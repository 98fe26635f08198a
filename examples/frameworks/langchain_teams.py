"""LangChain as it is: a batch in threads, a stream, a refusal; each billed request is one event.

    pip install langchain-openai
    python -m examples.frameworks.langchain_teams

Without a key, a provider on this machine answers: nothing is sent anywhere.
"""

from __future__ import annotations

from langchain_openai import ChatOpenAI

import aso
from examples.loopback.provider import LoopbackProvider


@aso.track(feature="summary")
def summarise(model: ChatOpenAI, texts: list[str]) -> None:
    """Ask for all of them at once: LangChain's threads know whom they work for."""
    model.batch([f"Summarise: {text}" for text in texts])


def work(model: ChatOpenAI) -> None:
    """Work for two teams, and see what it came to."""
    with aso.meter() as meter:
        with aso.dimensions(team="search"):
            summarise(model, ["one text", "another text"])
        with aso.dimensions(team="support"):
            for chunk in model.stream("Say hello."):  # aso asks for its usage
                print(chunk.content, end="")
    for event in meter.events:
        usage = event.usage
        print(f"\n{dict(event.dims)}: {usage.input_tokens} + {usage.output_tokens} tokens", end="")
    print(f"\nthat cost {meter.total_cost} USD")
    try:
        model.bind(model="o1-pro").invoke("Think hard.")
    except aso.ModelNotAllowedError as refusal:
        print(f"{refusal.rule}: {refusal.value} was not sent")


def main() -> None:
    """Work with a provider on this machine, which stands for OpenAI."""
    policy = {"denied_models": ["openai:o1*"]}
    with (
        LoopbackProvider() as provider,
        aso.instrument(hosts={provider.host: "openai"}, policy=policy),
    ):
        work(ChatOpenAI(model="gpt-4o-mini", api_key="none-needed", base_url=provider.url))


if __name__ == "__main__":
    main()
