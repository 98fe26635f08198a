"""``--store DIR_OR_URL`` → the store, and where its secret is when nobody says otherwise."""

from __future__ import annotations

from pathlib import Path

from aso.errors import ConfigError
from aso.serve.embedded import EmbeddedStore
from aso.serve.store import Store


def open_store(target: str) -> Store:
    """Return the store: of a folder, which is made when it is first written to.

    Raises:
        ConfigError: it is a URL of something else.
    """
    scheme, separator, _ = target.partition("://")
    if separator:
        raise ConfigError(
            f"--store {scheme}://... is not known: name a folder for the embedded store"
        )
    return EmbeddedStore(_folder(target))


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
