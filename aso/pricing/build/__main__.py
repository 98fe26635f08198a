"""Build the catalog, and report on it; see the package's docstring."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from aso.pricing.build import gaps
from aso.pricing.build.built import CATALOG, Built, build, fetch, read_inputs
from aso.pricing.build.changes import changes
from aso.pricing.build.summary import summary
from aso.pricing.catalog import Catalog

_GAPS_ABOVE = 0.02  # more than this is a fault: docs/pricing.md promises it


def main() -> int:
    """Do what is asked; 1 where the committed catalog is not what is built, or lacks too much."""
    arguments = _arguments()
    return _COMMANDS[arguments.command](arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    """Download the pinned sources."""
    fetch(arguments.inputs)
    return 0


def _build(arguments: argparse.Namespace) -> int:
    """Print what was agreed and what is in dispute; write where asked, else compare."""
    found = build(read_inputs(arguments.inputs))
    _print(summary(found))
    if arguments.write:
        CATALOG.write_bytes(found.data)
        return 0
    is_same = CATALOG.exists() and CATALOG.read_bytes() == found.data
    print("the committed catalog is", "the same" if is_same else "DIFFERENT")
    return 0 if is_same else 1


def _changes(arguments: argparse.Namespace) -> int:
    """Print what is different from an older file, in what the inputs give or in a newer file."""
    old = Catalog.from_gzip(arguments.old.read_bytes())
    data = arguments.new.read_bytes() if arguments.new else _built(arguments).data
    _print(changes(old, Catalog.from_gzip(data)))
    return 0


def _gaps(arguments: argparse.Namespace) -> int:
    """Print what the sources list and the catalog does not price."""
    inputs = read_inputs(arguments.inputs)
    catalog = Catalog.from_gzip(build(inputs).data)
    found = gaps.gaps(catalog, inputs.wheels, inputs.day)
    _print(gaps.report(found))
    return 0 if found.share < _GAPS_ABOVE else 1


def _built(arguments: argparse.Namespace) -> Built:
    return build(read_inputs(arguments.inputs))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "build": _build,
    "changes": _changes,
    "fetch": _fetch,
    "gaps": _gaps,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m aso.pricing.build", description=__doc__)
    parser.add_argument("command", choices=sorted(_COMMANDS), nargs="?", default="build")
    parser.add_argument("--inputs", type=Path, required=True, help="the folder of the wheels")
    parser.add_argument("--write", action="store_true", help="build: write the catalog")
    parser.add_argument("--old", type=Path, default=CATALOG, help="changes: since this file")
    parser.add_argument("--new", type=Path, help="changes: in this file, not in what is built")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
