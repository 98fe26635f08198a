"""Small catalogs for tests, written as the builder writes them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Models = Mapping[str, Mapping[str, str]]


def catalog_file(
    folder: Path, models: Models, *, version: str = "2099.01.01", **row: Any
) -> tuple[Path, str]:
    """Write a catalog of OpenAI's models (unit → USD per million); return it, and its hash."""
    rows = {
        name: {
            "confidence": "agreed",
            "sources": ["a-page"],
            "prices": [{"rates": {unit: [rate, 1_000_000] for unit, rate in rates.items()}}],
            **row,
        }
        for name, rates in models.items()
    }
    return written(folder / f"catalog-{version}.json.gz", {"openai": rows}, version)


def written(
    path: Path, providers: Mapping[str, Any], version: str, **more: Any
) -> tuple[Path, str]:
    """Write a catalog of whole rows, by provider; return it, and its file's hash."""
    lines = [
        json.dumps({"calendars": {}, **line(providers[name]), **more}) for name in sorted(providers)
    ]
    header = {
        "schema": "aso.catalog/1",
        "version": version,
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "providers": sorted(providers),
        "inputs": [],
    }
    path.write_bytes(gzip.compress("\n".join([json.dumps(header), *lines]).encode(), mtime=0))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def line(rows: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a provider's rows as text, and the other names that they have."""
    return {
        "aliases": {name: model for model, row in rows.items() for name in row.get("aliases", ())},
        "models": {model: json.dumps(row) for model, row in rows.items()},
    }
