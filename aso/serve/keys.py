"""API keys: made once, shown once, kept as HMAC-SHA-256 by a secret that is the server's alone."""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from aso.credentials import ApiKey
from aso.errors import ConfigError
from aso.journal.files import make_private
from aso.serve.refusal import RefusedError
from aso.serve.store import Registry, Scope, StoredKey, tenant_named

_SECRET_BYTES = 32
_ID_BYTES = 6
_NOBODY = StoredKey("", "", bytes(sha256().digest_size), "all", "", 0)


class Keyring:
    """Makes keys, and knows whose a key is.

    Args:
        registry: where they are kept.
        secret: what they are hashed with; all servers of one store have the same.
    """

    def __init__(self, registry: Registry, secret: bytes) -> None:
        self._registry = registry
        self._secret = secret

    def create(self, tenant: str, *, scope: Scope, name: str, at_ms: int) -> ApiKey:
        """Return a new key; it can be shown now, and never again.

        Raises:
            ConfigError: the tenant's name cannot be one.
        """
        key = ApiKey(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))
        kept = StoredKey(key.id, tenant_named(tenant), self._digest(key), scope, name, at_ms)
        self._registry.add_key(kept)
        return key

    def holder(self, text: str | None) -> StoredKey:
        """Return whose key it is.

        Takes as long for a key that is wrong as for one that nobody has.

        Raises:
            RefusedError: there is none, it is nobody's, or it is revoked. Texts are the hosted product's.
        """
        if not text:
            raise RefusedError(401, "Missing X-ASO-API-Key")
        try:
            key = ApiKey.parse(text)
        except ConfigError:
            raise RefusedError(403, "Invalid X-ASO-API-Key") from None
        found = self._registry.find_key(key.id) or _NOBODY
        if not hmac.compare_digest(found.digest, self._digest(key)):
            raise RefusedError(403, "Invalid X-ASO-API-Key")
        if found.revoked_at_ms is not None:
            raise RefusedError(403, "API key is inactive")
        return found

    def _digest(self, key: ApiKey) -> bytes:
        return hmac.new(self._secret, key.text.encode(), sha256).digest()


def secret_of(path: Path) -> bytes:
    """Return the server's secret; it is made where there is none yet, by one process of several.

    Raises:
        ConfigError: the file cannot be read or made, others may read it, or it is too short.
    """
    try:
        if not path.exists():
            _make(path)
        mode, text = path.stat().st_mode, path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(
            f"the server's secret {path} cannot be read ({error.strerror}): give a file that this "
            "user can read, or a folder where it can be made"
        ) from error
    if os.name != "nt" and mode & 0o077:
        raise ConfigError(
            f"the server's secret {path} can be read by others (mode {mode & 0o777:o}): chmod 600 it"
        )
    if len(text) < _SECRET_BYTES:
        raise ConfigError(
            f"the server's secret {path} has {len(text)} bytes: {_SECRET_BYTES} or more are needed; "
            "remove the file to have one made, which ends every key of before"
        )
    return text


def _make(path: Path) -> None:
    """Write a new secret in one step: who looks sees all of it, or nothing."""
    if not path.parent.exists():
        make_private(path.parent)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_hex(_SECRET_BYTES))
    try:
        os.link(part, path)
    except FileExistsError:  # another process was first
        pass
    finally:
        part.unlink()
