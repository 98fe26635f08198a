"""Build the catalog; see the package's docstring."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import tomllib

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
_CATALOG = _HERE.parent / "data" / "catalog.json.gz"


def main() -> int:
    """Build, report, and write where asked; 1 where the written catalog differs."""
    arguments = _arguments()
    inputs = tomllib.loads((_HERE / "inputs.toml").read_text(encoding="utf-8"))
    overrides = tomllib.loads((_HERE / "overrides.toml").read_text(encoding="utf-8"))
    wheels = {one["name"]: _verified(arguments.inputs, one) for one in inputs["input"]}
    model_prices, calendars = model_prices_source.load(wheels["model-prices"])
    sources = [
        genai_prices_source.load(wheels["genai-prices"]),
        litellm_source.load(wheels["litellm"]),
        model_prices,
        metergraph_source.load(wheels["metergraph-core"]),
    ]
    merged = merge(sources, overrides.get("settle", ()), inputs["version"].replace(".", "-"))
    decide(merged, overrides)
    # the same bytes for the same catalog, whatever the day
    data = gzip.compress(packed(merged, inputs, calendars), compresslevel=9, mtime=0)
    _report(merged, len(data))
    if arguments.write:
        _CATALOG.write_bytes(data)
        return 0
    is_same = _CATALOG.exists() and _CATALOG.read_bytes() == data
    print("the committed catalog is", "the same" if is_same else "DIFFERENT")
    return 0 if is_same else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m aso.pricing.build", description=__doc__)
    parser.add_argument("--inputs", type=Path, required=True, help="the folder of the wheels")
    parser.add_argument("--write", action="store_true", help="write the catalog")
    return parser.parse_args()


def _verified(folder: Path, one: Mapping[str, str]) -> Path:
    path = folder / one["file"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != one["sha256"]:
        sys.exit(f"{path.name} has sha256 {found}, inputs.toml says {one['sha256']}")
    return path


def _report(merged: Merged, size: int) -> None:
    for provider, rows in sorted(merged.providers.items()):
        counts = Counter(row["confidence"] for row in rows.values())
        print(f"{provider:12} {len(rows):5} models  {dict(counts)}")
    for title, lines in (("outvoted", merged.outvoted), ("conflicts, out", merged.conflicts)):
        print(f"{len(lines)} {title}:")
        for line in lines:
            print("  ", line)
    print(f"{size} bytes")


if __name__ == "__main__":
    sys.exit(main())
