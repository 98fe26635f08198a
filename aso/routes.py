"""Path → what is called: the endpoint's name, the operation, and the wire format it speaks.

Billable methods were listed from the SDKs themselves (openai 1.40 to 3.54, anthropic 0.40 to 2.12,
2026-11-23). A POST to a route in neither table may bill: it yields an ``unmetered`` event rather
than silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from aso.bedrock_routes import BEDROCKS, kind_of
from aso.free_routes import is_free


class Route(NamedTuple):
    """One endpoint. ``shape`` is None where the call can bill and is not metered yet."""

    endpoint: str
    operation: str
    shape: str | None


_METERED = {
    "chat/completions": ("chat", "chat_completions"),
    "async/chat/completions": ("chat", "asynchronous_chat"),
    "completions": ("completion", "completions"),
    "responses": ("responses", "responses"),
    "responses/compact": ("responses", "responses"),
    "embeddings": ("embeddings", "embeddings"),
    "contextualizedembeddings": ("embeddings", "embeddings"),
    "multimodalembeddings": ("embeddings", "embeddings"),  # Voyage's; its usage says total_tokens
    "moderations": ("moderation", "moderations"),
    "chat/moderations": ("moderation", "moderations"),
    "messages": ("messages", "messages"),
    "converse": ("chat", "bedrock"),
    "converse-stream": ("chat", "bedrock"),
    "invoke": ("completion", "bedrock"),
    "invoke-with-response-stream": ("completion", "bedrock"),
    "chat": ("chat", "cohere"),
    "generate": ("completion", "cohere"),
    "embed": ("embeddings", "cohere"),
    "generateContent": ("generate_content", "generate_content"),
    "streamGenerateContent": ("generate_content", "generate_content"),
    "embedContent": ("embeddings", "embed_content"),
    "batchEmbedContents": ("embeddings", "embed_content"),
    "asyncBatchEmbedContent": ("batch", "google_batches"),
    "batchGenerateContent": ("batch", "google_batches"),
    "predict": ("embeddings", "predict"),
    "predictLongRunning": ("video", "google_videos"),
    "interactions": ("generate_content", "interactions"),
    "fim/completions": ("completion", "fim"),
    "agents/completions": ("chat", "chat_completions"),
    "images/generations": ("image", "images"),
    "images/edits": ("image", "images"),
    "images/variations": ("image", "images"),
    "images": ("image", "images"),
    "audio/transcriptions": ("transcription", "transcription"),
    "audio/translations": ("translation", "transcription"),
    "audio/speech": ("speech", "speech"),
    "rerank": ("rerank", "rerank"),
    "ocr": ("ocr", "ocr"),
    "complete": ("completion", "complete"),
    "search": ("search", "search"),
    "classifications": ("other", "moderations"),
    "chat/classifications": ("other", "moderations"),
    "decisions": ("other", "decisions"),
    "alpha/decisions": ("other", "decisions"),
    "batches": ("batch", "batches"),
    "batchPredictionJobs": ("batch", "vertex_batches"),
    "batchInferenceJobs": ("batch", "fireworks_batches"),
    "videos": ("video", "videos"),
    "videos/generations": ("video", "videos"),
    "videos/edits": ("video", "videos"),
    "videos/remix": ("video", "videos"),
    "threads/runs": ("other", "runs"),
}
# What only one provider means by a name that is another's: at its hosts, or where its SDK asks. A
# name that ends in "/*" has an id after it.
_GOOGLES = {
    "decisions": ("generate_content", "interactions"),
    "voices": ("speech", "interactions"),
}
_SESSION = ("other", "agent_sessions")
_MEANT_BY: Mapping[str, Mapping[str, tuple[str, str | None]]] = {
    "anthropic": {"sessions": _SESSION},
    "google": _GOOGLES,
    "vertex": _GOOGLES,
    "mistral": {
        "conversations": ("chat", "conversations"),
        "conversations/*": ("chat", "conversations"),
        "conversations/restart": ("chat", "conversations"),
        "batch/jobs": ("batch", "mistral_batches"),
    },
    "xai": {
        "stt": ("transcription", "transcription"),
        "tts": ("speech", "speech"),
    },
    "perplexity": {  # the newer names of its chats and responses, in its curl examples (2026-11-26)
        "sonar": ("chat", "chat_completions"),
        "async/sonar": ("chat", "asynchronous_chat"),
        "agent": ("responses", "responses"),
    },
    "ollama": {
        "chat": ("chat", "ollama"),
        "generate": ("completion", "ollama"),
        "embed": ("embeddings", "ollama"),
        "web_search": ("search", None),
        "web_fetch": ("search", None),
    },
    "zai": {
        "agents": ("chat", None)
    },  # runs one, where others make one (zai-sdk 0.2.3, 2026-11-26)
}
_SPEAKERS = frozenset({*_MEANT_BY, "bedrock"})
# What settles an earlier call, by method: it says what that one used, and bills nothing itself.
# A POST of these goes on with its call, and is a call itself: the same one.
_SUBMITTED = "threads/runs/submit_tool_outputs"
# So does a connection to what was begun elsewhere, and others may be connected to: what it says is the
# same event for all of them, and settled by whoever sees its end.
GOES_ON = frozenset({_SUBMITTED, "live/sessions/attach", "interactions/live"})
# The id stands before the last name.
_NAMED_LAST = frozenset(
    {_SUBMITTED, "messages/batches/results", "batches/results", "files/content", "sessions/archive"}
)
_SETTLING = {
    "get": {
        "responses": ("responses", "responses"),
        "async/chat/completions": ("chat", "asynchronous_chat"),
        "threads/runs": ("other", "runs"),
        "batches": ("batch", "batches"),
        "videos": ("video", "videos"),
        "messages/batches/results": ("batch", "message_results"),
        "interactions": ("generate_content", "interactions"),
    },
    "post": {"threads/runs/submit_tool_outputs": ("other", "runs")},
}
# The same, where a name is another's elsewhere. Whose batches say no usage: aso.wire.batch_files.
_LINES = {"files/content": ("batch", "batch_lines")}
_IN_FILES = {"batches": ("batch", "batches_in_files"), **_LINES}
_SETTLED_BY: dict[tuple[str, str], dict[str, tuple[str, str]]] = {
    **{(name, "get"): _IN_FILES for name in ("groq", "together", "nebius", "novita")},
    ("anthropic", "get"): {"sessions": _SESSION},
    ("anthropic", "post"): {"sessions/archive": _SESSION},
    ("google", "get"): {"batches": ("batch", "google_batches")},
    ("mistral", "get"): {"batch/jobs": ("batch", "mistral_batches"), **_LINES},
    ("xai", "get"): {"batches/results": ("batch", "xai_results")},
    ("vertex", "get"): {"batchPredictionJobs": ("batch", "vertex_batches")},
    ("perplexity", "get"): {
        "async/sonar": ("chat", "asynchronous_chat"),
        "agent": ("responses", "responses"),
    },
    ("vertex", "post"): {"fetchPredictOperation": ("video", "google_videos")},
}
# What has an id of any letters, so that the path says what it is: a look at an operation of a model's,
# at a batch of Fireworks', and the download of a file of Google's.
_OPERATION = re.compile(r"(?:^|/)models/[^/:?#]+/operations/([^/:?#]+)(?:[?#]|$)")
_OPERATIONS = Route("operations", "video", "google_videos")
_DOWNLOAD = re.compile(r"(?:^|/)files/([^/:?#]+):download(?:[?#]|$)")
_DOWNLOADED = Route("files/download", "batch", "google_lines")
_JOB = re.compile(r"/batchInferenceJobs/([^/:?#]+)(?:[?#]|$)")
_JOBS = Route("batchInferenceJobs", "batch", "fireworks_batches")
_LOOKED_AT = {
    "google": ((_OPERATION, _OPERATIONS), (_DOWNLOAD, _DOWNLOADED)),
    "vertex": ((_OPERATION, _OPERATIONS),),
    "fireworks": ((_JOB, _JOBS),),
}
_UNMETERED = {
    "messages/batches": "batch",
    "batch/jobs": "batch",
    "images": "image",
    "videos": "video",
    "realtime": "realtime",
    "live": "realtime",
    "search": "search",
    "async-invoke": "batch",
}
# What is spoken over a websocket, by how its path ends: developers.openai.com/api/docs/guides (realtime,
# websocket-mode, live), google-genai 3.6's live.py, mistralai 3.7's extra/realtime (2026-11-26).
_CONNECTED = {
    "audio/transcriptions/realtime": ("transcription", "transcription"),
    "audio/speech/realtime": ("speech", "speech"),
    "realtime": ("realtime", "realtime"),
    "responses": ("responses", "responses"),
    "live/sessions": ("realtime", "voice"),
    "live/sessions/fork": ("realtime", "voice"),
    "live/sessions/attach": ("realtime", "voice"),
    "interactions/live": ("realtime", "interactions"),
    "BidiGenerateContent": ("realtime", "live"),
    "BidiGenerateContentConstrained": ("realtime", "live"),
}
_BEHIND_A_GATEWAY = {"google": "BidiGenerateContent"}  # its SDK then goes to the address as given
_BIDIRECTIONAL = re.compile(r"[./](Bidi\w+)$")  # Google's paths end so
_JOINS = re.compile(
    r"[?&]call_id="
)  # a second connection to a session that goes by WebRTC, or a phone
_ASKED_FOR = re.compile(r"[?&](?:model|deployment)=([^&#]+)")
# What a PATCH or PUT makes larger is billed by its time: Fireworks' deployments by GPU-second
# (docs.fireworks.ai/guides/ondemand-deployments), Together's endpoints by the minute
# (docs.together.ai/docs/dedicated-endpoints/overview) and its clusters, Google's cached contents by
# how long they live (ai.google.dev/gemini-api/docs/caching; all read 2026-11-26). What Mistral calls a
# deployment is where an index or a workflow of your own runs: its row is changed (mistralai 3.7).
_BILLED_BY_TIME = re.compile(
    r"""
      scale | (?!rag/|workflows/) (.*/)? deployments (/(?!secrets)[^/]+)? | (.*/)? deployments/storage/volumes (/[^/]+)?
    | (.*/)? projects (/[^/]+)? /endpoints (/[^/]+)? | compute/clusters (/[^/]+ | /storage/volumes)?
    | cachedContents (/[^/]+)?
    """,
    re.VERBOSE,
)
_CHANGES = frozenset({"patch", "put"})
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d*)?")
_PREFIXES = frozenset(
    {"openai", "inference", "api", "paas", "beta", "models", "compatibility", "router", "anthropic"}
)
_IDENTIFIER = re.compile(r".*\d.*|[a-z]+_[0-9a-zA-Z]{12,}")
# Where a cloud hands a maker's own format through: the method, what the path says, what it means.
_HANDED_THROUGH = (
    ("invoke", "anthropic.", "messages", "messages"),
    ("rawPredict", "/publishers/anthropic/", "messages", "messages"),
    ("streamRawPredict", "/publishers/anthropic/", "messages", "messages"),
    ("rawPredict", "/publishers/mistralai/models/mistral-ocr", "ocr", "ocr"),
    ("rawPredict", "/publishers/mistralai/", "chat", "chat_completions"),
    ("streamRawPredict", "/publishers/mistralai/", "chat", "chat_completions"),
    ("predict", "/models/imagen", "image", "predict"),
)
_PATH_END = re.compile("[?#]")  # mistralai tells its own methods apart by a fragment
_METHOD = re.compile(r":([a-z][A-Za-z]+)$")  # Google's paths end so
# Azure's and Bedrock's paths name the model first, and then what it is to do; others have deployments
# of their own, which are made, run and archived.
_NAMING = frozenset({"deployments", "model"})
_NAMED = 2
_ASKED_OF_A_MODEL = frozenset(name.split("/")[0] for name in (*_METERED, *_UNMETERED))
_MODEL = re.compile(
    r"/(?:(?:deployments|model)/([^/?]+)|(?:models|tunedModels|endpoints)/([^/:?]+)(?=:))"
)
_QUOTES = {"%3A": ":", "%2F": "/"}  # all that models' names need
_QUOTED = re.compile("|".join(_QUOTES), re.IGNORECASE)
# What an SDK's path ends in behind a gateway's own prefix. One word alone may be anybody's.
_ENDINGS = (
    *sorted((f"/{name}" for name in _METERED if "/" in name), key=len, reverse=True),
    *("/responses", "/embeddings", "/messages", "/completions", "/ocr", "/batchInferenceJobs"),
)
_SEEN: dict[str | tuple[str, str], Route | None] = {}
_SEEN_LIMIT = 512


def find(path: str) -> Route | None:
    """Return the route of a POST path, as an SDK or the wire writes it; None: it never bills."""
    try:
        return _SEEN[path]
    except KeyError:
        name, ends_in_an_id = _split(path)
        route = _classify(name, path, ends_in_an_id=ends_in_an_id)
        if len(_SEEN) < _SEEN_LIMIT:
            _SEEN[path] = route
        return route


def model_in(path: str) -> str | None:
    """Return the model, or the deployment, that a path names; of an AWS name its last part."""
    found = _MODEL.search(path)
    if found is None:
        return None
    return _QUOTED.sub(lambda one: _QUOTES[one[0].upper()], found[1] or found[2]).rpartition("/")[2]


def connected(url: str, speaker: str = "") -> Route:
    """Return the route of a websocket, which ``speaker``'s SDK may open; whatever it is, it may bill."""
    path = _PATH_END.split(url, 1)[0]
    method = _BIDIRECTIONAL.search(path)
    name = method[1] if method is not None else _split(path)[0]
    for known, meant in _CONNECTED.items():
        if f"/{name}".endswith(f"/{known}"):
            return Route(known, *meant)
    if method is not None:
        return Route(name, "realtime", None)
    if (own := _BEHIND_A_GATEWAY.get(speaker)) is not None:
        return Route(own, *_CONNECTED[own])
    return Route(name, _UNMETERED.get(name.partition("/")[0], "other"), None)


def joins(url: str) -> bool:
    """Return whether a websocket joins a session that another connection began (a sideband)."""
    return _JOINS.search(url) is not None


def model_asked(url: str) -> str | None:
    """Return the model, or the deployment, that a websocket's address names."""
    found = _ASKED_FOR.search(url)
    return None if found is None else _QUOTED.sub(lambda one: _QUOTES[one[0].upper()], found[1])


def asked(method: str, path: str, speaker: str = "") -> tuple[Route | None, str | None]:
    """Return the route of what can bill or settle, and the id of what would be settled."""
    route = _posted(path, speaker) if method == "post" else _changed(method, path)
    if route is not None:
        return route, None
    return settling(method, path, speaker) or (None, None)


def _posted(path: str, speaker: str) -> Route | None:
    """Return the route of a POST, where a name or a path may be its speaker's own."""
    if speaker not in _SPEAKERS:
        return find(path)
    key = (speaker, path)
    try:
        return _SEEN[key]
    except KeyError:
        route = _owned(path, speaker)
        if len(_SEEN) < _SEEN_LIMIT:
            _SEEN[key] = route
        return route


def _owned(path: str, speaker: str) -> Route | None:
    if speaker == "bedrock" and (kind := kind_of(path)) is not None:
        own = BEDROCKS.get(kind)
        return None if own is None else Route(*own)
    return _meant(path, speaker) or find(path)


def _changed(method: str, path: str) -> Route | None:
    name = _split(path)[0] if method in _CHANGES else ""
    return Route(name, "other", None) if _BILLED_BY_TIME.fullmatch(name) else None


def _meant(path: str, speaker: str) -> Route | None:
    """Return the route that a name is at this provider, where it is another's elsewhere."""
    if (own := _MEANT_BY.get(speaker)) is None:
        return None
    name, ends_in_an_id = _split(path)
    meant = own.get(f"{name}/*" if ends_in_an_id else name)
    return None if meant is None else Route(name, *meant)


def settling(method: str, path: str, speaker: str = "") -> tuple[Route, str] | None:
    """Return the route of a request that can settle an earlier call, and that call's id."""
    if method == "get":
        for form, route in _LOOKED_AT.get(speaker, ()):
            if (seen := form.search(path)) is not None:
                return route, seen[1]
    table = _SETTLING.get(method)
    if table is None:
        return None
    table = {**table, **_SETTLED_BY.get((speaker, method), {})}
    name, _ = _split(path)
    if name not in table:
        return None
    parts = _PATH_END.split(path, 1)[0].rstrip("/").split("/")
    identity = parts[-2] if name in _NAMED_LAST else parts[-1]
    if not _IDENTIFIER.fullmatch(identity):  # a list of the runs of one thread
        return None
    return Route(name, *table[name]), identity


def _split(path: str) -> tuple[str, bool]:
    """Return the route without host, version, deployment and ids, and whether an id ends it."""
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    parts = [part for part in _PATH_END.split(path, 1)[0].split("/") if part]
    parts = [part for part in parts if not _VERSION.fullmatch(part)]
    while parts and parts[0] in _PREFIXES:
        parts.pop(0)
    if parts and (method := _METHOD.search(parts[-1])) is not None:
        return method[1], False
    if parts[:1] == ["projects"] and parts[2:3] == ["locations"]:
        parts = parts[6:] if parts[4:5] == ["endpoints"] else parts[4:]  # endpoints/openapi/...
    if len(parts) > _NAMED and parts[0] in _NAMING and parts[_NAMED] in _ASKED_OF_A_MODEL:
        parts = parts[_NAMED:]
    names = [part for part in parts if not _IDENTIFIER.fullmatch(part)]
    return "/".join(names), bool(parts) and _IDENTIFIER.fullmatch(parts[-1]) is not None


def _classify(name: str, path: str, *, ends_in_an_id: bool) -> Route | None:
    for start, publisher, operation, shape in _HANDED_THROUGH:
        if name.startswith(start) and publisher in path:
            return Route(name, operation, shape)
    if (metered := _METERED.get(name)) is not None:
        return None if ends_in_an_id else Route(name, *metered)  # with one: what is stored changes
    if is_free(name, ends_in_an_id=ends_in_an_id):
        return None
    for start, operation in _UNMETERED.items():
        if name == start or name.startswith(f"{start}/"):
            return Route(name, operation, None)
    return _behind_a_prefix(name, path) or Route(name, "other", None)


def _behind_a_prefix(name: str, path: str) -> Route | None:
    """Return the route that a path ends in; an id before that is the gateway's own."""
    for ending in _ENDINGS:
        if name.endswith(ending) and _PATH_END.split(path)[0].endswith(ending):
            return Route(ending[1:], *_METERED[ending[1:]])
    return None
