"""Providers' own usage objects → one meaning for all. Objects as their API references show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aso.providers import PROVIDERS
from aso.records import Usage
from aso.usage import as_partial, estimate, interpret
from aso.wire import SHAPES

CHAT = SHAPES["chat_completions"].counters
RESPONSES = SHAPES["responses"].counters
GOOGLE = SHAPES["generate_content"].counters


def read(raw: Any, provider: str = "openai", model: str = "m", **extra: Any) -> Usage | None:
    counters = RESPONSES if "input_tokens" in raw else CHAT
    return interpret(raw, extra, counters, rules=PROVIDERS[provider].rules, model=model)


def test_openai_counts_parts_inside_their_wholes() -> None:
    raw = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10, "audio_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 30, "audio_tokens": 2},
    }
    assert read(raw) == Usage(
        input_tokens=100,
        output_tokens=50,
        cache_read_input_tokens=60,
        cache_write_input_tokens=10,
        input_audio_tokens=5,
        reasoning_output_tokens=30,
        output_audio_tokens=2,
    )


@pytest.mark.parametrize(
    "raw",
    [
        {"prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36},  # DeepSeek
        {"num_cached_tokens": 64},  # Mistral, older answers
        {"cached_tokens": 64},  # Together
        {"prompt_tokens_details": {"cached_tokens": 64}},
    ],
    ids=["deepseek", "mistral", "together", "openai"],
)
def test_cached_tokens_are_found_wherever_a_provider_puts_them(raw: dict[str, Any]) -> None:
    usage = read({"prompt_tokens": 100, "completion_tokens": 1, **raw}, "deepseek")
    assert usage is not None and usage.cache_read_input_tokens == 64


def test_the_totals_arithmetic_says_that_reasoning_stands_outside() -> None:
    inside = {"prompt_tokens": 10, "completion_tokens": 50, "total_tokens": 60}
    outside = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 60}
    details = {"completion_tokens_details": {"reasoning_tokens": 30}}
    found = [read({**raw, **details}, "xai") for raw in (inside, outside)]
    assert [one and one.output_tokens for one in found] == [50, 50]


@pytest.mark.parametrize(
    "raw",
    [
        {"inputTokens": 40, "cacheReadInputTokens": 60, "outputTokens": 5},
        {"input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 5},
        {
            "prompt_tokens": 100,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 60},
        },
    ],
    ids=["converse", "anthropic", "openai"],
)
def test_bedrocks_cache_is_in_the_prompt_whoevers_names_it_has(raw: dict[str, Any]) -> None:
    usage = interpret(raw, {}, SHAPES["bedrock"].counters, rules=PROVIDERS["bedrock"].rules)
    assert usage == Usage(input_tokens=100, output_tokens=5, cache_read_input_tokens=60)


def test_voxtrals_audio_stands_outside_the_prompt() -> None:
    raw = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 415,
        "prompt_tokens_details": {"audio_tokens": 400},
        "prompt_audio_seconds": 32,
    }
    assert read(raw, "mistral") == Usage(
        input_tokens=410, output_tokens=5, input_audio_tokens=400, units={"audio_seconds": 32}
    )


def test_geminis_openai_route_hides_its_thoughts_in_the_total() -> None:
    raw = {"prompt_tokens": 10, "completion_tokens": 6, "total_tokens": 44}
    google, other = read(raw, "google"), read(raw, "groq")
    assert google is not None and google.output_tokens == 34
    assert other is not None and other.output_tokens == 6


def test_azures_grok_leaves_cached_tokens_out_of_the_prompt() -> None:
    raw = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 161},
    }
    grok, gpt = read(raw, "azure", "grok-4-1-fast"), read({**raw, "prompt_tokens": 300}, "azure")
    assert grok is not None and grok.input_tokens == 171
    assert gpt is not None and gpt.input_tokens == 300


@pytest.mark.parametrize(("told", "cached"), [(80, 80), (101, None), ("80", None), (None, None)])
def test_fireworks_header_counts_cached_tokens_where_the_usage_does_not(
    told: Any, cached: int | None
) -> None:
    headers = {"cache_read_input_tokens": told}
    usage = read({"prompt_tokens": 100}, "fireworks", counted_in_headers=headers)
    assert usage == Usage(input_tokens=100, cache_read_input_tokens=cached)


def test_what_fireworks_usage_says_comes_before_its_header() -> None:
    raw = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 0}}
    usage = read(raw, "fireworks", counted_in_headers={"cache_read_input_tokens": 80})
    assert usage == Usage(input_tokens=100, cache_read_input_tokens=0)


def test_what_a_tool_draws_stands_outside_the_usage() -> None:
    image_gen = {"input_tokens": 200, "output_tokens": 4160, "total_tokens": 4360}
    raw, calls = {"input_tokens": 9, "output_tokens": 2}, {"image_generation_calls": 1}
    said = read(raw, tool_calls=calls, tool_usage={"image_gen": image_gen})
    tokens = {"image_generation_input_tokens": 200, "image_generation_output_tokens": 4160}
    assert said is not None and (said.output_tokens, said.units) == (2, {**tokens, **calls})
    unsaid = read(raw, tool_calls=calls)
    assert unsaid is not None and unsaid.units == {**calls, "images": 1}


@pytest.mark.parametrize(("told", "output"), [(51.0, 107), (-51, 56)])
def test_a_count_of_googles_is_a_whole_number_or_doubtful(told: float, output: int) -> None:
    raw = {"promptTokenCount": 55.0, "candidatesTokenCount": told, "thoughtsTokenCount": 56}
    usage = interpret(raw, None, GOOGLE)
    assert usage is not None and (usage.input_tokens, usage.output_tokens) == (55, output)
    assert usage.source == ("provider" if told > 0 else "partial")


def test_a_negative_count_of_an_interaction_is_not_believed() -> None:
    raw = {"total_input_tokens": 9, "total_output_tokens": -1, "total_thought_tokens": -2}
    usage = interpret(raw, None, SHAPES["interactions"].counters)
    assert usage == Usage(input_tokens=9, source="partial")


@pytest.mark.parametrize(
    ("billed", "usage"),
    [
        ({"image_tokens": 9}, Usage(input_tokens=9, input_image_tokens=9)),
        (
            {"input_tokens": 3, "image_tokens": 9, "images": 1},
            Usage(input_tokens=12, input_image_tokens=9),
        ),
        ({"images": 1}, Usage(units={"images": 1})),
        ({"input_tokens": 3, "image_tokens": 0}, Usage(input_tokens=3)),
    ],
)
def test_cohere_bills_images_by_their_tokens_beside_the_texts(
    billed: dict[str, int], usage: Usage
) -> None:
    assert interpret({"billed_units": billed}, None, SHAPES["cohere"].counters) == usage


def test_perplexitys_deep_research_reasons_beside_its_completion() -> None:
    raw = {"prompt_tokens": 33, "completion_tokens": 100, "total_tokens": 133}
    raw |= {"reasoning_tokens": 900, "citation_tokens": 500, "num_search_queries": 4}
    assert read(raw, "perplexity") == Usage(
        input_tokens=33,
        output_tokens=1000,
        reasoning_output_tokens=900,
        web_search_requests=4,
        units={"citation_tokens": 500},
    )


def test_perplexitys_request_fee_is_one_search() -> None:
    raw = {"prompt_tokens": 10, "completion_tokens": 5, "cost": {"request_cost": 0.005}}
    usage = read(raw, "perplexity")
    assert usage is not None and usage.web_search_requests == 1


@pytest.mark.parametrize(
    ("extra", "searches"),
    [
        ({"tool_calls": {}}, 0),
        ({"tool_calls": {"web_search_calls": 2}}, 2),
        (
            {
                "tool_calls": {"web_search_calls": 2},
                "tool_usage": {"web_search": {"num_requests": 1}},
            },
            1,
        ),
        ({}, None),
    ],
    ids=["none made", "counted in the output", "counted by the provider", "nobody said"],
)
def test_searches_are_what_the_provider_counts_else_what_the_output_shows(
    extra: dict[str, Any], searches: int | None
) -> None:
    usage = read({"input_tokens": 1, "output_tokens": 1}, **extra)
    assert usage is not None and usage.web_search_requests == searches


def test_other_hosted_tools_are_units() -> None:
    calls = {"tool_calls": {"file_search_calls": 2, "code_interpreter_calls": 1}}
    usage = read({"input_tokens": 1, "output_tokens": 1}, **calls)
    assert usage is not None
    assert dict(usage.units) == {"file_search_calls": 2, "code_interpreter_calls": 1}


def test_xais_server_side_tools_are_units_each() -> None:
    tools = {"web_search_calls": 2, "x_search_calls": 3, "code_interpreter_calls": 1}
    details = {**tools, "document_search_calls": 4, "mcp_calls": 0}
    raw = {"input_tokens": 10, "output_tokens": 5, "num_server_side_tools_used": 10}
    usage = read({**raw, "server_side_tool_usage_details": details}, "xai")
    assert usage is not None and usage.web_search_requests == 2
    assert {name: count for name, count in usage.units.items() if count} == {
        "x_search_calls": 3,
        "code_interpreter_calls": 1,
        "document_search_calls": 4,
    }


def test_what_geminis_tools_fed_in_is_prompt_and_its_thoughts_are_output() -> None:
    raw = {
        "promptTokenCount": 100,
        "toolUsePromptTokenCount": 40,
        "candidatesTokenCount": 10,
        "thoughtsTokenCount": 30,
    }
    usage = interpret(raw, None, GOOGLE)
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (140, 40)


@pytest.mark.parametrize(
    "wrong", ["12", -1, 1.5, True, [], {}, float("inf"), float("nan")], ids=repr
)
def test_a_count_that_cannot_be_is_unknown_and_makes_the_rest_partial(wrong: Any) -> None:
    usage = read({"prompt_tokens": wrong, "completion_tokens": 5})
    assert usage == Usage(output_tokens=5, source="partial")


def test_whole_floats_are_counts() -> None:
    assert read({"prompt_tokens": 12.0, "completion_tokens": 5}) == Usage(
        input_tokens=12, output_tokens=5
    )


@pytest.mark.parametrize("raw", [None, {}, {"latency_ms": 3}, "usage", 7], ids=repr)
def test_an_object_that_says_nothing_is_no_usage(raw: Any) -> None:
    assert interpret(raw, None, CHAT) is None


def test_estimates_are_a_quarter_of_the_characters_rounded_up() -> None:
    assert estimate(10, 1) == Usage(input_tokens=3, output_tokens=1, source="estimate")
    assert estimate(None, None) == estimate(None, 0) == Usage(source="none")


def test_an_unfinished_answer_is_partial_and_its_output_estimated_only_if_unsaid() -> None:
    said = Usage(input_tokens=9)
    assert as_partial(said, 10) == Usage(input_tokens=9, output_tokens=3, source="partial")
    known = Usage(input_tokens=9, output_tokens=1)
    assert as_partial(known, 10).output_tokens == 1


def test_text_of_an_unfinished_answer_is_never_no_output() -> None:
    unwritten = interpret({"promptTokenCount": 9, "totalTokenCount": 9}, {}, GOOGLE)
    assert unwritten is not None
    assert (unwritten.output_tokens, as_partial(unwritten, 10).output_tokens) == (0, 3)
    assert {as_partial(unwritten, chars).output_tokens for chars in (0, None)} == {0}


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(["prompt_tokens", "cached_tokens", "total_tokens", "cost"]), inner
        )
    ),
    max_leaves=8,
)


@given(some.dictionaries(some.sampled_from([*CHAT.input_tokens, "prompt_tokens_details"]), JSON))
def test_no_usage_object_whatever_breaks_the_reading(raw: dict[str, Any]) -> None:
    usage = interpret(raw, {"tool_calls": {}}, CHAT, rules=tuple(PROVIDERS["azure"].rules))
    assert usage is None or usage.input_tokens is None or usage.input_tokens >= 0


def test_decimals_of_exact_bodies_are_counts_too() -> None:
    assert read({"prompt_tokens": Decimal(3)}) == Usage(input_tokens=3)


def test_what_is_read_does_not_depend_on_the_objects_before() -> None:
    raw = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 64}}
    first = read(raw)
    for number in range(600):  # more kinds of objects than are remembered
        assert read({"prompt_tokens": 1, f"name_{number}": 2}) == Usage(input_tokens=1)
    assert read(raw) == first
    assert read(dict(reversed(raw.items()))) == first
    assert read({**raw, "num_cached_tokens": 7, "prompt_tokens_details": None}) == Usage(
        input_tokens=100, cache_read_input_tokens=7
    )
