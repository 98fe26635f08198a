"""What ASO_HOME keeps, each by its hash: contracts, and the catalog that a user put in force.

``prices/HASH.json``: a contract. ``catalogs/HASH.json.gz``: a catalog; ``catalogs/in-force`` says
which of them prices; without it, the one that this version of aso brings.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from aso import environment
from aso.errors import ConfigError
from aso.guard import say
from aso.pricing.catalog import Catalog, bundled
from aso.pricing.catalog_file import read_catalog
from aso.pricing.overlay import Overlay, load_overlay

_POINTER = "in-force"
_SAID: dict[str, float] = {}


def keep_contract(home: Path, overlay: Overlay) -> None:
    """Write the contract down, for whoever adopts or reprices what was priced under it."""
    path = _contract(home, overlay.sha256)
    if not path.exists():
        _write(path, overlay.canonical.encode())


def kept_contract(home: Path, sha256: str) -> Overlay | None:
    """Return the contract of this hash; None: it is gone, or broken."""
    with suppress(OSError, ValueError):
        found = load_overlay(_contract(home, sha256).read_text(encoding="utf-8"))
        return found if found.sha256 == sha256 else None
    return None


def in_force() -> Catalog:
    """Return the catalog that prices in this process: the user's, else the bundled one."""
    with suppress(ConfigError):  # of ASO_HOME: whoever needs a home says it
        return _in_force(environment.home())
    return bundled()


def put_in_force(home: Path, path: Path, sha256: str) -> Catalog:
    """Keep a catalog's file, and have it price from the next process on.

    Raises:
        ConfigError: it is not the file of this hash, or no catalog; nothing was changed.
    """
    catalog = read_catalog(path, sha256)
    try:
        _write(_file(home, sha256), path.read_bytes())
        _write(_folder(home) / _POINTER, f"{sha256}\n".encode())
    except OSError as error:
        raise ConfigError(
            f"catalog {path} cannot be kept in {_folder(home)} ({error.strerror}): set ASO_HOME to "
            "a folder that you can write to"
        ) from error
    return catalog


def back_to_bundled(home: Path) -> bool:
    """Let the bundled catalog price again; False: it did already. What was kept stays kept."""
    pointer = _folder(home) / _POINTER
    was_there = pointer.exists()
    pointer.unlink(missing_ok=True)
    return was_there


def chosen(home: Path | None) -> Catalog | None:
    """Return the catalog that a user put in force; None: nobody did.

    Raises:
        ConfigError: it is gone or broken.
    """
    if home is None:
        return None
    pointer = _folder(home) / _POINTER
    try:
        sha256 = pointer.read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{pointer} cannot be read ({type(error).__name__}): it says which catalog is in force"
        ) from error
    return read_catalog(_file(home, sha256), sha256)


@lru_cache(maxsize=8)
def _in_force(home: Path | None) -> Catalog:
    try:
        return chosen(home) or bundled()
    except ConfigError as error:
        say("catalog", f"{error}; until then the bundled catalog prices", said=_SAID)
        return bundled()


def _contract(home: Path, sha256: str) -> Path:
    return home / "prices" / f"{sha256}.json"


def _folder(home: Path) -> Path:
    return home / "catalogs"


def _file(home: Path, sha256: str) -> Path:
    return _folder(home) / f"{sha256}.json.gz"


def _write(path: Path, data: bytes) -> None:
    """Write the file whole or not at all: another process may read it at any time."""
    import tempfile  # a third of what pricing takes to load, and rarely needed

    for folder in (path.parent.parent, path.parent):  # the home too: parents=True has another mode
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")  # readable by its owner alone
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)
