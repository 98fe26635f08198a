"""What a POST may do without being billed: an endpoint's name → does nothing of it bill?

What is here ends, hides, names, checks or grants access, or describes what is not run yet; each by the
SDKs' own methods and their docstrings (openai 3.57, anthropic 2.14, together 3.1, fireworks 1.2,
mistralai 3.7, openrouter 1.3, google-genai 3.6) and by the pages named below, read 2026-11-26.

Not here, for it bills, by its time, its data or what it begins: deployments, clusters, storage, trained
models, evaluations, sessions of agents and their events, containers and the files that keep them alive,
imports into a File Search store (they embed: ai.google.dev/gemini-api/docs/file-search), cached contents.
What stores data at a price that no page read here says (memory stores, managed indexes, models and
data sets that are uploaded) is not here either.
"""

from __future__ import annotations

import re

_STORED = "/*"  # stands for the id that a path ends in: a POST there changes what is stored
# Whatever it is that is ended, hidden, put off, checked or told apart.
_ANYWHERE = re.compile(
    r"""
    (?:.*/)? (?:
      cancel | archive | pause | stop | abort | reject | hangup | refer | ack | heartbeat | redact
    | validate | mcp_oauth_validate | client_secrets | rotate_secret | rotate_token | reveal_token
    | estimate | estimate-price | estimate-cost | preview-defaults
    )
    """,
    re.VERBOSE,
)
_OPENAI = r"""
      (upload/)? files | uploads (/.*)? | organizations? (/.*)? | projects (/.*)? /roles (/\*)?
    | responses/input_tokens | webhook_endpoints (/.*)? | vaults (/.*)?
    | assistants (/.*)? | threads | threads/messages | threads/runs/submit_tool_outputs
    | conversations (/.*)? | vector_stores (/(?!search$).*)? | fine_tuning/jobs/resume
    | fine_tuning/checkpoints/permissions | audio/(voice_consents|voices) (/.*)?
    | realtime/(sessions|transcription_sessions) | evals | skills (/.*)? | traces/ingest
    | containers/files/promote | agents | agents/environments/templates (/\*)? | agents/sessions/\*
"""
# count_tokens makes no message and answers with no usage (types of anthropic 2.12, 2026-11-23).
_ANTHROPIC = r"""
      messages/count_tokens | compliance/.* | user_profiles (/.*)? | tunnels/certificates
    | credentials | environments | environments/work/\* | sessions/\*
"""
# A store holds nothing yet: storing is free of charge there, and embedding what comes in is not.
_GOOGLE = r"""
      countTokens | computeTokens | register | fetchPredictOperation | webhooks (/.*)?
    | triggers | interactions/auth_tokens | auth_tokens | ping | rotateSigningSecret | fileSearchStores
"""
# A preset of OpenRouter's is made of a request that is not run.
_OPENROUTER = r"""
      presets/.* | guardrails (/.*)? | workspaces (/.*)? | private-endpoints (/.*)? | scim/.* | vault/.*
    | keys | auth/keys (/.*)? | byok | oauth/token | analytics/query | external-users
    | generation/feedback
"""
_MISTRAL = r"""
      observability/(?!.*live-judging).* | workflows/(?!.*(execute|trigger)$).*
    | connectors (/(?!.*call$).*)? | libraries | service-accounts | prompts (/versions)? | audio/agents
"""
# Fireworks' accounts and Together's projects have names without digits, which no path tells apart.
_FIREWORKS = r"""
      accounts (/[^/]+)? /(users (/[^/]+)? (/apiKeys)? | secrets) | delete | getUploadEndpoint | match
"""
_TOGETHER = r"""
      deployments/secrets | queue/clear | files/multipart/.* | fine-tunes/preview
    | projects (/[^/]+)? /models | projects (/[^/]+)? /endpoints (/[^/]+)? /rollouts
"""
_COHERE_AND_CEREBRAS = "tokenize | detokenize | check-api-key | tcp_warming"
_NAMED = re.compile(
    " | ".join(
        (
            *(_OPENAI, _ANTHROPIC, _GOOGLE, _OPENROUTER),
            *(_MISTRAL, _FIREWORKS, _TOGETHER, _COHERE_AND_CEREBRAS),
        )
    ),
    re.VERBOSE,
)


def is_free(name: str, *, ends_in_an_id: bool) -> bool:
    """Tell whether a POST to an endpoint, without version and ids, certainly bills nothing."""
    return (
        _ANYWHERE.fullmatch(name) is not None
        or _NAMED.fullmatch(name) is not None
        or (ends_in_an_id and _NAMED.fullmatch(name + _STORED) is not None)
    )
