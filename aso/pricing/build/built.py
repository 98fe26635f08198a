"""Pinned sources → the catalog's bytes. The same inputs give the same bytes, whatever the day."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aso.documents import read
from aso.pricing.build import (
    genai_prices_source,
    litellm_source,
    metergraph_source,
    model_prices_source,
)
from aso.pricing.build.decide import decide
from aso.pricing.build.merge import Merged, merge
from aso.pricing.build.packed import packed

_HERE = Path(__file__).parent
_INPUTS = _HERE / "inputs.toml"
# The files that the hashes are of, whatever machine this is: they are read, never run as they are.
_WHEEL = (
    *("--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--platform=any"),
    *("--implementation=cp", "--python-version=3.11", "--abi=abi3", "--abi=none", "--quiet"),
)
CATALOG = _HERE.parent / "data" / "catalog.json.gz"


class Inputs(NamedTuple):
    """inputs.toml and overrides.toml, and the verified wheel of each source."""

    pinned: Mapping[str, Any]
    overrides: Mapping[str, Any]
    wheels: Mapping[str, Path]

    @property
    def day(self) -> str:
        """Return the catalog's day in ISO 8601: what is in force on it is compared."""
        return str(self.pinned["version"]).replace(".", "-")


class Built(NamedTuple):
    """The merged catalog, and the file's bytes."""

    merged: Merged
    data: bytes


def read_inputs(folder: Path) -> Inputs:
    """Return the inputs; a wheel whose hash is not the pinned one ends the program."""
    pinned, overrides = read(_INPUTS, "inputs"), read(_HERE / "overrides.toml", "overrides")
    wheels = {one["name"]: _verified(folder, one) for one in pinned["input"]}
    return Inputs(pinned, overrides, wheels)


def fetch(folder: Path) -> None:
    """Download the pinned wheels that are not there; their hashes are checked when they are read."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in read(_INPUTS, "inputs")["input"]:
        if not (folder / one["file"]).exists():
            what = [f"{one['name']}=={one['version']}", "--dest", str(folder)]
            command = [sys.executable, "-m", "pip", "download", "--no-deps", *_WHEEL, *what]
            subprocess.run(command, check=True)  # noqa: S603 — names and versions are ours


def build(inputs: Inputs) -> Built:
    """Return the catalog; of a model, the first source that has it gives the row."""
    wheels = inputs.wheels
    model_prices, calendars = model_prices_source.load(wheels["model-prices"])
    sources = [
        genai_prices_source.load(wheels["genai-prices"]),
        litellm_source.load(wheels["litellm"]),
        model_prices,
        metergraph_source.load(wheels["metergraph-core"]),
    ]
    merged = merge(sources, inputs.overrides.get("settle", ()), inputs.day)
    decide(merged, inputs.overrides)
    text = packed(merged, inputs.pinned, calendars)
    return Built(merged, gzip.compress(text, compresslevel=9, mtime=0))


def _verified(folder: Path, one: Mapping[str, str]) -> Path:
    path = folder / one["file"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != one["sha256"]:
        sys.exit(f"{path.name} has sha256 {found}, inputs.toml says {one['sha256']}")
    return path
