"""What holds beyond the counters: where a provider puts what outside its totals. One rule each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.reading import Reading, at, count, is_a, quantity


def _outside(reading: Reading, part: str, whole: str, other: str) -> None:
    """Add ``part`` to ``whole`` where the reported total says that it stands outside."""
    inside = reading.said[part]
    if not inside or reading.total is None:
        return
    outer, rest = reading.said[whole], reading.said[other]
    if reading.total == (outer or 0) + (rest or 0) + inside:
        reading.said[whole] = (outer or 0) + inside


def reasoning_by_total(reading: Reading) -> None:
    """xAI chat, DeepInfra: total = prompt + completion + reasoning."""
    _outside(reading, "reasoning_output_tokens", "output_tokens", "input_tokens")


def audio_by_total(reading: Reading) -> None:
    """Mistral Voxtral: total = prompt + audio + completion."""
    _outside(reading, "input_audio_tokens", "input_tokens", "output_tokens")


def _hidden_thoughts(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Gemini's OpenAI route hides its thoughts in the total: completion = total - prompt."""
    del raw, extra, model
    prompt, completion = reading.said["input_tokens"], reading.said["output_tokens"]
    if reading.total is None or prompt is None or completion is None:
        return
    if reading.total > prompt + completion:
        reading.said["output_tokens"] = reading.total - prompt


def _grok_cache_outside(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Azure's Grok: cached tokens stand outside prompt_tokens (42 recordings, 2026-11-23)."""
    del raw, extra
    cached, prompt = reading.said["cache_read_input_tokens"], reading.said["input_tokens"]
    if model.lower().startswith("grok") and cached and prompt is not None:
        reading.said["input_tokens"] = prompt + cached


def _request_fee_is_a_search(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Perplexity bills a fee per request, by search context size: one search."""
    del extra, model
    if reading.said["web_search_requests"] is None and at(raw, "cost.request_cost") is not None:
        reading.said["web_search_requests"] = 1


def _researched_apart(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Perplexity's deep research reasons beside the answer, at a rate of its own: not in its total.

    docs.perplexity.ai/getting-started/pricing lists reasoning tokens apart from output tokens
    (2026-11-26); its sample has 193,947 of them beside 11,395 of completion.
    """
    del extra, model
    told = raw.get("reasoning_tokens")
    if type(told) is int and told == reading.said["reasoning_output_tokens"]:
        prompt, completion = reading.said["input_tokens"], reading.said["output_tokens"]
        if completion is not None and reading.total == (prompt or 0) + completion:
            reading.said["output_tokens"] = completion + told


def _cached_in_headers(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Fireworks: a header of whole answers counts cached tokens, where the usage may not.

    docs.fireworks.ai/faq-new/models-inference/how-to-get-performance-metrics-for-streaming-responses,
    2026-11-26; ``prompt_tokens_details`` is optional in the types of fireworks-ai 1.2.
    """
    del raw, model
    said, cached = reading.said, at(extra.get("counted_in_headers"), "cache_read_input_tokens")
    is_told = type(cached) is int and cached <= (said["input_tokens"] or 0)
    if is_told and said["cache_read_input_tokens"] is None:
        said["cache_read_input_tokens"] = cached


def _search_model_searches_once(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """gpt-4o-search-preview and its like bill each call's search and say nothing of it."""
    del raw, extra
    if reading.said["web_search_requests"] is None and "-search-preview" in model:
        reading.said["web_search_requests"] = 1


def _hosted_tools(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """OpenAI's Responses: ``tool_usage`` counts billable searches; else the output's items do.

    What its tool draws is billed by tokens of another model, which stand outside the usage; where
    they are not told, neither is the price of the images.
    """
    del raw, model
    if "tool_calls" not in extra:
        return
    calls = dict(extra["tool_calls"])
    drawn = at(extra.get("tool_usage"), "image_gen")
    if is_a(drawn, Mapping) and drawn.get("total_tokens"):
        for unit, names in _DRAWN_UNITS.items():
            reading.units[unit] = count(drawn, names, reading) or 0
    elif "image_generation_calls" in calls:
        calls["images"] = calls["image_generation_calls"]
    searches = calls.pop("web_search_calls", 0)
    reported = at(extra.get("tool_usage"), "web_search.num_requests")
    if isinstance(reported, int):
        searches = reported
    reading.said["web_search_requests"] = searches
    reading.units.update(calls)


def _cache_outside(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Anthropic: what the cache read and wrote stands beside the input.

    A stream that raises the written tokens says nothing of their lifetimes since its beginning:
    lifetimes that do not add up to what was written are unknown. Where OpenAI's names are handed
    through, the cache is inside.
    """
    del extra, model
    if "prompt_tokens_details" in raw:
        return
    said = reading.said
    read, wrote = said["cache_read_input_tokens"], said["cache_write_input_tokens"]
    if said["input_tokens"] is not None:
        said["input_tokens"] += (read or 0) + (wrote or 0)
    short, long = said["cache_write_5m_input_tokens"], said["cache_write_1h_input_tokens"]
    if wrote is not None and (short or 0) + (long or 0) != wrote:
        said["cache_write_5m_input_tokens"] = said["cache_write_1h_input_tokens"] = None


def _cache_details(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Bedrock lists what the cache wrote by lifetime; without a list nothing is known of it."""
    del extra, model
    said: Any = raw.get("cacheDetails")
    for one in said if is_a(said, list) else ():
        if (name := _LIFETIMES.get(at(one, "ttl"))) is not None:
            reading.said[name] = count(one, (("inputTokens",),), reading)


def _billed_images(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Cohere bills an embedded image by its tokens beside the text's, or else by the image."""
    del extra, model
    tokens = count(raw, (("billed_units", "image_tokens"),), reading)
    if tokens and "tokens" not in raw:
        reading.said["input_image_tokens"] = tokens
        reading.said["input_tokens"] = (reading.said["input_tokens"] or 0) + tokens
    elif images := quantity(raw, (("billed_units", "images"),)):
        reading.units["images"] = images


def _google_parts(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Gemini: total = prompt + what tools fed in + candidates + thoughts; zeros are not written."""
    del model
    said = reading.said
    prompt, fed, candidates, answered, thoughts = (
        count(raw, ((name,),), reading) for name in _PARTS
    )
    said["input_tokens"] = (prompt or 0) + (fed or 0)
    said["output_tokens"] = (candidates or answered or 0) + (thoughts or 0)
    said["web_search_requests"] = extra.get("web_searches", 0)


def _google_modalities(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Gemini lists tokens by modality; names, or numbers where a client asks for them."""
    del extra, model
    for part, names in _MODALITIES.items():
        said: Any = raw.get(part)
        for one in said if is_a(said, list) else ():
            modality: Any = at(one, "modality")
            kind: Any = _MODALITY_NUMBERS.get(modality, modality)
            name = names.get(kind)
            count = at(one, "tokenCount")
            if name is None or type(count) is not int or count < 0:
                continue
            if name in reading.said:
                reading.said[name] = count
            elif count:
                reading.units[name] = count


def _note_modalities(reading: Reading, parts: Any, names: Mapping[str, str]) -> None:
    """Note the tokens of each modality: a part of the whole, or a unit."""
    for one in parts if is_a(parts, list) else ():
        name = names.get(str(at(one, "modality")).upper())
        tokens = None if name is None else count(one, (("tokens",),), reading)
        if name in reading.said:
            reading.said[name] = tokens
        elif name is not None and tokens:
            reading.units[name] = tokens


def _interaction_parts(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Google's interactions: total = input + tool use + output + thoughts."""
    del extra, model
    said = reading.said
    if said["input_tokens"] is not None:
        said["input_tokens"] += count(raw, (("total_tool_use_tokens",),), reading) or 0
    answered = count(raw, (("total_output_tokens",),), reading)
    if answered is not None:  # whatever the total said of the thoughts
        said["output_tokens"] = answered + (said["reasoning_output_tokens"] or 0)
    for part, names in _INTERACTION_MODALITIES.items():
        _note_modalities(reading, raw.get(part), names)
    searched = [
        at(one, "count")
        for one in raw.get("grounding_tool_count") or ()
        if at(one, "type") == "google_search"
    ]
    if searched and all(type(count) is int for count in searched):
        said["web_search_requests"] = sum(searched)


def beside_answer(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the usage objects of what was done beside the answer, as Anthropic lists them."""
    said: Any = raw.get("iterations")
    return [
        one
        for one in (said if is_a(said, list) else ())
        if is_a(one, dict) and one.get("type") not in _ANSWERING
    ]


def _iterations_outside(
    reading: Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Anthropic: work beside the answer itself (compaction, an advisor) is not in its counters."""
    del extra, model
    beside = beside_answer(raw)
    for unit, names in _ITERATION_UNITS.items():
        total = sum(quantity(one, ((name,),)) or 0 for one in beside for name in names)
        if total:
            reading.units[unit] = total


_PARTS = (
    *("promptTokenCount", "toolUsePromptTokenCount"),
    *("candidatesTokenCount", "responseTokenCount", "thoughtsTokenCount"),
)
_MODALITY_NUMBERS: dict[Any, str] = {1: "TEXT", 2: "IMAGE", 3: "VIDEO", 4: "AUDIO", 5: "DOCUMENT"}
_INPUT_MODALITIES = {
    "AUDIO": "input_audio_tokens",
    "IMAGE": "input_image_tokens",
    "VIDEO": "input_video_tokens",
}
_OUTPUT_MODALITIES = {
    "AUDIO": "output_audio_tokens",
    "IMAGE": "output_image_tokens",
    "VIDEO": "output_video_tokens",
}
_CACHED_MODALITIES = {
    "AUDIO": "cache_read_audio_tokens",
    "IMAGE": "cache_read_image_tokens",
    "VIDEO": "cache_read_video_tokens",
}
_INTERACTION_MODALITIES = {
    "input_tokens_by_modality": _INPUT_MODALITIES,
    "cached_tokens_by_modality": _CACHED_MODALITIES,
    "output_tokens_by_modality": _OUTPUT_MODALITIES,
}
_MODALITIES = {
    "promptTokensDetails": _INPUT_MODALITIES,
    "promptTokenDetails": _INPUT_MODALITIES,  # of embeddings
    "cacheTokensDetails": _CACHED_MODALITIES,
    "candidatesTokensDetails": _OUTPUT_MODALITIES,
    "responseTokensDetails": _OUTPUT_MODALITIES,  # of live sessions
}
_LIFETIMES = {"5m": "cache_write_5m_input_tokens", "1h": "cache_write_1h_input_tokens"}
_DRAWN_UNITS = {
    "image_generation_input_tokens": (("input_tokens",),),
    "image_generation_output_tokens": (("output_tokens",),),
}
_ANSWERING = {"message", "fallback_message"}
_ITERATION_UNITS = {
    "iteration_input_tokens": (
        "input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    ),
    "iteration_output_tokens": ("output_tokens",),
}
Rule = Callable[[Reading, Mapping[str, Any], Mapping[str, Any], str], None]
RULES: Mapping[str, Rule] = {
    "hidden_thoughts": _hidden_thoughts,
    "grok_cache_outside": _grok_cache_outside,
    "cached_in_headers": _cached_in_headers,
    "request_fee_is_a_search": _request_fee_is_a_search,
    "researched_apart": _researched_apart,
    "search_model_searches_once": _search_model_searches_once,
    "hosted_tools": _hosted_tools,
    "cache_outside": _cache_outside,
    "cache_details": _cache_details,
    "billed_images": _billed_images,
    "google_parts": _google_parts,
    "google_modalities": _google_modalities,
    "interaction_parts": _interaction_parts,
    "iterations_outside": _iterations_outside,
}
