"""Bedrock's own paths, whose ids may be any letters; of its agents' runtime most say no usage.

The services' models in botocore 1.44 (2026-11-26); counting tokens incurs no charges
(docs.aws.amazon.com/bedrock/latest/userguide/count-tokens).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# What a path is → its endpoint, operation and format; what is not here bills nothing.
BEDROCKS: Mapping[str, tuple[str, str, str | None]] = {
    "guardrail": ("guardrail/apply", "moderation", "guardrail"),
    "checks": ("guardrail-checks/invoke", "moderation", "guardrail"),
    "rerank": ("rerank", "rerank", "bedrock_reranking"),
    "agent": ("agents/sessions/text", "chat", None),
    "inline": ("agents", "chat", None),
    "flow": ("flows", "chat", None),
    "retrieve": ("knowledgebases/retrieve", "search", None),
    "generate": ("retrieveAndGenerate", "chat", None),
    "agentic": ("agenticRetrieveStream", "search", None),
    "query": ("generateQuery", "completion", None),
    "prompt": ("optimize-prompt", "completion", None),
    "document": ("knowledgebases/documents/content", "search", None),
}
_PATHS = re.compile(
    r"""/(?:
      (?P<guardrail> guardrail/[^/]+/version/[^/]+/apply) | (?P<checks> guardrail-checks/invoke)
    | (?P<agent> agents/[^/]+/agentAliases/[^/]+/sessions/[^/]+/text) | (?P<inline> agents/[^/]+)
    | (?P<flow> flows/[^/]+/aliases/[^/]+(?:/executions)?) | (?P<rerank> rerank)
    | (?P<retrieve> knowledgebases/[^/]+/retrieve) | (?P<generate> retrieveAndGenerate(?:Stream)?)
    | (?P<agentic> agenticRetrieveStream) | (?P<query> generateQuery) | (?P<prompt> optimize-prompt)
    | (?P<document> knowledgebases/[^/]+/datasources/[^/]+/documents/[^/]+/content)
    | (?P<free> model/[^/]+/count-tokens | sessions/? | sessions/[^/]+/invocation(?:s|Steps)(?:/[^/]*)?
      | knowledgebases/[^/]+/datasources/[^/]+/(?:check|get)-ingested-document-acl | tags/.*
      | flows/[^/]+/aliases/[^/]+/executions/[^/]+/stop)
    )(?:[?\#]|$)""",
    re.VERBOSE,
)


def kind_of(path: str) -> str | None:
    """Return what a path is; None: none of these, so its name says it."""
    found = _PATHS.search(path)
    return None if found is None else found.lastgroup
