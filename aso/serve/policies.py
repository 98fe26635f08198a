"""``GET /v1/policy``: the tenant's policy, which a client asks for again by its ETag."""

from __future__ import annotations

from hashlib import sha256

from aso.serve.asking import Answer, Asked, Service

_ALL_IS_ALLOWED = "{}"


def policy(service: Service, asked: Asked) -> Answer:
    """Return the policy, or 304 where the client has it."""
    found = service.store.registry.policy(asked.tenant) or _ALL_IS_ALLOWED
    tag = f'"{sha256(found.encode()).hexdigest()[:32]}"'
    known = [
        one.strip().removeprefix("W/") for one in asked.headers.get("if-none-match", "").split(",")
    ]
    if tag in known or known == ["*"]:
        return Answer(b"", 304, headers={"ETag": tag})
    return Answer(found.encode(), headers={"ETag": tag})
