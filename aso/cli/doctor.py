"""``aso doctor``: what is installed, what is set, where things are, what is wrong."""

from __future__ import annotations

import platform
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryFile

from aso import config, environment
from aso.cli.journals import Finding, journals
from aso.errors import AsoError
from aso.guard import attempt
from aso.hook import Hook, Integration, Wrapper
from aso.integrations import INTEGRATIONS
from aso.journal.files import network_type
from aso.ledger import Ledger, LedgerError
from aso.ledger.parquet import problem_of
from aso.ledger.settling import folder_of
from aso.patch import Applied
from aso.pricing import bundled
from aso.pricing.kept import chosen
from aso.semconv import counted
from aso.sinks.ingest_spool import Spool, SpoolError
from aso.sinks.ledger import LedgerSink
from aso.version import __version__, installed

_OURS, _FOREIGN = "aispendops", "aso"


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
    foreign = installed(_FOREIGN)
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
        yield one.name, *_integration(one)
    yield "catalog", *_catalog()


def _catalog() -> tuple[str, bool]:
    known = bundled()
    try:
        catalog = chosen(environment.home())
    except AsoError as error:
        return f"{error}; back to the bundled one: aso prices update --bundled", False
    if catalog is None:
        return f"{known.version}, sha256 {known.sha256}", True
    return (
        f"{catalog.version}, sha256 {catalog.sha256}, put in force by aso prices update "
        f"(bundled: {known.version})"
    ), True


def _integration(one: Integration) -> tuple[str, bool]:
    found, (first, last) = installed(one.distribution), one.versions
    tested = f"tested from {first} to {last}"
    if found is None:
        return f"not installed ({tested})", True
    if _numbers(found) < _numbers(first):
        if one.extends is not None:
            return f"{found} has none of it, or an earlier form ({tested})", True
        return f"{found} is too old, {tested}: pip install -U {one.distribution}", False
    place, error = _place(one)
    if error is not None:
        return f"{found} cannot be imported ({type(error).__name__})", False
    applied = Applied(place, _unchanged)
    applied.apply()
    applied.withdraw()
    if applied.problem is not None:
        return f"{found}: {applied.problem}, so it is off: install one that is {tested}", False
    return f"{found}, all hooks fit, {tested}", True


def _place(one: Integration) -> tuple[Integration, Exception | None]:
    """Return the first place of an SDK that can be imported; else its own, and why it cannot."""
    first: Exception | None = None
    for place in one.places():
        if (error := attempt(import_module, place.trigger)) is None:
            return place, None
        first = first or error
    return one, first


def _unchanged(hook: Hook) -> Wrapper:
    """Return a wrapper that only calls."""
    del hook
    return lambda wrapped, _instance, positional, named: wrapped(*positional, **named)


def _numbers(version: str) -> list[int]:
    """Return the numbers of ``1.109.1``, up to the first part that is none."""
    return [int(part) for part in takewhile(str.isdecimal, version.split("."))]


def _settings() -> Iterator[Finding]:
    try:
        settings = config.settle()
    except AsoError as error:
        yield "settings", str(error), False
        return
    if settings.is_disabled:
        yield "settings", "ASO_DISABLED is set: nothing is captured", False
    key = f"key {settings.api_key.id}" if settings.api_key else "no key: the local ledger"
    by = ", by aso ship" if settings.delivery == "ship" else ""
    yield "delivery", f"{key}, endpoint {settings.endpoint or 'none'}{by}", True
    tags = ", ".join(settings.dimensions) or "none"
    policy = settings.policy.mode if settings.policy else "none"
    yield "calls", f"env {settings.env or 'none'}, dimensions {tags}, policy {policy}", True
    if settings.dropped_dimensions:
        count = settings.dropped_dimensions
        yield "dimensions", f"{count} in ASO_DIMENSIONS cannot be used and were dropped", False


def _storage(path: Path | None) -> Iterator[Finding]:
    home = environment.home()
    if home is None:
        yield "home", "none: the journal is in memory; set ASO_HOME to a writable folder", False
    else:
        yield "home", *_home(home)
    if home is not None or path is not None:
        yield from _ledger(LedgerSink(path).path, is_named=path is not None)
    if home is not None and (kept := Spool.of(home).path).exists():
        yield "spool", *_spool(kept)
    if home is not None:
        yield from journals(home)


def _spool(path: Path) -> tuple[str, bool]:
    try:
        count = len(Spool(path).kept())
    except SpoolError as error:
        return str(error), False
    return f"{path}, {count:,} events that the endpoint refused: aso spool show", not count


def _home(home: Path) -> tuple[str, bool]:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=home):
            pass
    except OSError as error:
        return (
            f"{home} cannot be written ({error.strerror}): set ASO_HOME to a folder of yours",
            False,
        )
    if (kind := network_type(home)) is not None:
        return f"{home} is on {kind}: the journal is in memory; set ASO_HOME to a local disk", False
    return str(home), True


def _ledger(path: Path, *, is_named: bool) -> Iterator[Finding]:
    if not path.exists():
        yield "ledger", f"{path} is not there" if is_named else f"{path}, none yet", not is_named
        return
    try:
        with closing(Ledger(path)) as ledger:
            count, segments = ledger.recent_count(), ledger.segments()
    except LedgerError as error:
        yield "ledger", str(error), False
        return
    size = f"{path}, {counted(count, 'row')}, {path.stat().st_size:,} bytes"
    if not segments:
        yield "ledger", size, True
        return
    rows = counted(sum(segments.values()), "row")
    history = f"compacted: {rows} in {counted(len(segments), 'segment')}"
    missing = [name for name in ("duckdb", "pyarrow") if installed(name) is None]
    if missing:
        way_out = "pip install 'aispendops[analytics]'"
        needs = f"which needs {' and '.join(missing)}: {way_out}"
        yield "ledger", f"{size}; {history}, {needs}", False
        return
    yield "ledger", f"{size}; {history}", True
    yield from _history(folder_of(path), segments)


def _history(folder: Path, segments: Mapping[str, int]) -> Iterator[Finding]:
    """Yield what is wrong with the compacted part: reports fail by it, or lack something."""
    for name, rows in segments.items():
        if (problem := problem_of(folder / name, rows)) is not None:
            yield "history", f"{folder / name} {problem}: put it back from a copy", False
