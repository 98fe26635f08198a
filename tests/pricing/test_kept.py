"""What ASO_HOME keeps of prices: contracts by their hash, and the catalog that a user chose."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from aso.errors import ConfigError
from aso.pricing import bundled, load_overlay, read_catalog
from aso.pricing.kept import back_to_bundled, chosen, keep_contract, kept_contract, put_in_force
from tests.catalogs import catalog_file

_PRICE = """
import json
from datetime import datetime, timezone
from aso.pricing import price
at = datetime(2026, 11, 23, tzinfo=timezone.utc)
cost = price({"prompt_tokens": 1000}, provider="openai", model="gpt-new", at=at)
print(json.dumps([cost.to_dict()["total_cost_usd"], cost.to_dict()["catalog"]]))
"""


def priced(home: Path) -> list[object]:
    """Return what the next process says that a call of gpt-new costs, and by which catalog."""
    done = subprocess.run(
        [sys.executable, "-c", _PRICE],
        env={"ASO_HOME": str(home)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
    )
    found: list[object] = json.loads(done.stdout)
    return found


def test_a_contract_is_found_by_its_hash(tmp_path: Path) -> None:
    overlay = load_overlay({"openai:*": {"multiplier": "0.5", "since": "2026-12-01"}})
    keep_contract(tmp_path, overlay)
    assert kept_contract(tmp_path, overlay.sha256) == overlay


@pytest.mark.parametrize("text", ["", "{", '{"openai:*": {"multiplier": "0.6"}}'])
def test_a_contract_that_was_changed_is_none(tmp_path: Path, text: str) -> None:
    overlay = load_overlay({"openai:*": {"multiplier": "0.5"}})
    keep_contract(tmp_path, overlay)
    (tmp_path / "prices" / f"{overlay.sha256}.json").write_text(text)
    assert kept_contract(tmp_path, overlay.sha256) is None


def test_a_catalog_put_in_force_prices_in_the_next_process(tmp_path: Path) -> None:
    path, sha256 = catalog_file(tmp_path, {"gpt-new": {"input_tokens": "2"}})
    catalog = put_in_force(tmp_path, path, sha256)
    assert priced(tmp_path) == ["0.002", {"version": "2099.01.01", "sha256": catalog.sha256}]


def test_the_way_back_is_the_bundled_catalog(tmp_path: Path) -> None:
    path, sha256 = catalog_file(tmp_path, {"gpt-new": {"input_tokens": "2"}})
    put_in_force(tmp_path, path, sha256)
    assert (back_to_bundled(tmp_path), back_to_bundled(tmp_path)) == (True, False)
    known = bundled()
    assert priced(tmp_path) == [None, {"version": known.version, "sha256": known.sha256}]


def test_a_kept_catalog_that_broke_leaves_the_bundled_one_in_force(tmp_path: Path) -> None:
    path, sha256 = catalog_file(tmp_path, {"gpt-new": {"input_tokens": "2"}})
    put_in_force(tmp_path, path, sha256)
    (tmp_path / "catalogs" / f"{sha256}.json.gz").write_bytes(b"")
    known = bundled()
    assert priced(tmp_path) == [None, {"version": known.version, "sha256": known.sha256}]
    with pytest.raises(ConfigError, match="it is not the file that you mean"):
        chosen(tmp_path)


def test_a_choice_that_cannot_be_read_is_no_silent_way_back(tmp_path: Path) -> None:
    (tmp_path / "catalogs" / "in-force").mkdir(parents=True)
    with pytest.raises(ConfigError, match="it says which catalog is in force"):
        chosen(tmp_path)


def test_a_catalog_of_another_hash_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    path, _ = catalog_file(tmp_path, {"gpt-new": {"input_tokens": "2"}})
    with pytest.raises(ConfigError, match="it is not the file that you mean"):
        put_in_force(tmp_path, path, "ab" * 32)
    assert chosen(tmp_path) is None


def test_a_home_that_cannot_keep_a_catalog_is_said(tmp_path: Path) -> None:
    path, sha256 = catalog_file(tmp_path, {"gpt-new": {"input_tokens": "2"}})
    (tmp_path / "catalogs").touch()
    with pytest.raises(ConfigError, match="cannot be kept in .*set ASO_HOME to a folder"):
        put_in_force(tmp_path, path, sha256)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has schema None: a catalog made for this aso has 'aso.catalog/1'"),
        (b'{"schema": "other/1"}\n', "has schema 'other/1'"),
        (b"\x1f\x8b" + b"x" * 20, "is no whole gzip file"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-12], "is cut off"),
        (b'{"schema": "aso.catalog/1", "sha256": "00"}\n{}', "it was changed after it was made"),
    ],
)
def test_what_is_no_catalog_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "catalog.json.gz"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=message):
        read_catalog(path)


def test_a_row_that_cannot_be_read_is_found_before_it_is_needed(tmp_path: Path) -> None:
    path, _ = catalog_file(tmp_path, {"gpt-new": {"input_tokens": "dear"}})
    with pytest.raises(ConfigError, match="a row cannot be read"):
        read_catalog(path)


def test_a_catalog_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b" " * (65 * 1024 * 1024)))
    with pytest.raises(ConfigError, match="longer than 67,108,864 bytes"):
        read_catalog(path, hashlib.sha256(path.read_bytes()).hexdigest())
