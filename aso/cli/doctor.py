"""``aso doctor``: what is installed, what is set, where things are, what is wrong."""

from __future__ import annotations

import platform
from argparse import Namespace
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from aso import config
from aso.errors import AsoError
from aso.integrations import INTEGRATIONS
from aso.journal import destinations, survey
from aso.pricing import bundled
from aso.sinks.ledger import LedgerSink
from aso.version import __version__

_OURS, _FOREIGN = "aispendops", "aso"
Finding = tuple[str, str, bool]  # what, what was found, whether it is in order


def doctor(arguments: Namespace) -> int:
    """Print what was found; 1 where something is wrong."""
    findings = [*_versions(), *_settings(), *_storage(arguments.ledger)]
    for name, text, is_fine in findings:
        print(f"{'ok' if is_fine else '!!'} {name:<12} {text}")
    return 0 if all(is_fine for *_, is_fine in findings) else 1


def _versions() -> Iterator[Finding]:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield "python", f"{python} on {platform.system()}", True
    yield "aso", __version__, True
    foreign = _version(_FOREIGN)
    if foreign is not None:
        yield (
            "package",
            (
                f"another distribution named 'aso' ({foreign}) is installed and may hide ours: "
                f"pip uninstall aso, then pip install --force-reinstall {_OURS}"
            ),
            False,
        )
    for one in INTEGRATIONS.values():
        found = _version(one.distribution)
        tested = f"tested from {one.versions[0]} to {one.versions[1]}"
        text = f"{found}, {tested}" if found else f"not installed ({tested})"
        yield one.name, text, True
    catalog = bundled()
    yield "catalog", f"{catalog.version}, sha256 {catalog.sha256}", True


def _settings() -> Iterator[Finding]:
    try:
        settings = config.settle()
    except AsoError as error:
        yield "settings", str(error), False
        return
    if settings.is_disabled:
        yield "settings", "ASO_DISABLED is set: nothing is captured", False
    key = f"key {settings.api_key.id}" if settings.api_key else "no key: the local ledger"
    yield "delivery", f"{key}, endpoint {settings.endpoint or 'none'}", True
    if settings.dropped_dimensions:
        count = settings.dropped_dimensions
        yield "dimensions", f"{count} in ASO_DIMENSIONS cannot be used and were dropped", False


def _storage(path: Path | None) -> Iterator[Finding]:
    home = config.home()
    if home is None:
        yield "home", "none: the journal is in memory; set ASO_HOME to a writable folder", False
        return
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / ".probe"
        probe.touch()
        probe.unlink()
        yield "home", str(home), True
    except OSError as error:
        yield "home", f"{home} cannot be written ({error.strerror}): set ASO_HOME elsewhere", False
    ledger = LedgerSink(path).path
    size = f"{ledger.stat().st_size:,} bytes" if ledger.exists() else "none yet"
    yield "ledger", f"{ledger}, {size}", True
    yield from _journals(home)


def _journals(home: Path) -> Iterator[Finding]:
    for folder in destinations(home):
        found = survey(folder)
        owed = sum(found["owed"].values())
        text = (
            f"{found['bytes']:,} bytes, {found['living']} living and {found['dead']} dead writers"
        )
        yield "journal", f"{folder.name}: {text}, {owed:,} records to deliver", True


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
