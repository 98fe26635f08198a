"""``--store DIR_OR_URL`` → the store, and where its secret is when nobody says otherwise."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from aso.errors import ConfigError
from aso.serve.embedded import EmbeddedStore
from aso.serve.store import Store

_POSTGRESQL = ("postgresql", "postgres")


def open_store(target: str) -> Store:
    """Return the store: of a folder, which is made when it is first written to, or of PostgreSQL.

    Raises:
        ConfigError: it is a URL of something else, or one that cannot be read.
    """
    scheme, separator, _ = target.partition("://")
    if not separator:
        return EmbeddedStore(_folder(target))
    if scheme not in _POSTGRESQL:
        raise ConfigError(
            f"--store {scheme[:32]}://... is not known: write postgresql://USER@HOST/DATABASE, or "
            "name a folder for the embedded store"
        )
    return _postgres(target)


def _postgres(target: str) -> Store:
    if find_spec("psycopg") is None:
        raise ConfigError(
            "--store postgresql://... needs psycopg: pip install 'aispendops[server]'"
        )
    from aso.serve.postgres.store import PostgresStore

    return PostgresStore(target)


def secret_path(target: str, home: Path | None) -> Path:
    """Return where the server's secret is: in the store's folder; else in ASO_HOME.

    Raises:
        ConfigError: there is neither.
    """
    if "://" not in target:
        return _folder(target) / "secret"
    if home is None:
        raise ConfigError("there is no home for the server's secret: give --secret-file")
    return home / "serve.secret"


def _folder(target: str) -> Path:
    folder = Path(target).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"--store {folder} is a file: name a folder, which may be new")
    return folder
