"""`aso prices update`: another catalog in force, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from aso.cli import main
from aso.pricing import bundled, read_catalog
from tests.catalogs import catalog_file
from tests.cli.printed import run


def test_update_is_in_force_for_the_next_command_and_said_by_doctor(
    capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    catalog = read_catalog(deep)
    assert main(["doctor"]) == 0
    assert (
        f"ok catalog      2026.11.01, sha256 {catalog.sha256}, put in force by aso prices update "
        f"(bundled: {bundled().version})"
    ) in capsys.readouterr().out


def test_update_has_a_way_back(capsys: pytest.CaptureFixture[str], deep: Path) -> None:
    known = bundled()
    back = f"catalog {known.version}, sha256 {known.sha256}, of this aso: "
    assert run(capsys, "update", "--bundled") == f"{back}in force from the next process on\n"
    assert run(capsys, "update", "--bundled") == f"{back}it was in force already\n"


def test_update_warns_of_a_catalog_older_than_the_bundled_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, sha256 = catalog_file(tmp_path, {"m": {"pages": "1"}}, version="2026.01.01")
    assert "!! it is older than the one of this aso" in run(
        capsys, "update", str(path), "--sha256", sha256
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no catalog is named: aso prices update FILE --sha256 HASH, or --bundled"),
        (("some.gz",), "--sha256 is missing: take the hash of some.gz from its publisher"),
        (("some.gz", "--sha256", "abc"), "--sha256 is 'abc': 64 hexadecimal digits"),
        (("some.gz", "--sha256", "ab" * 32), "catalog some.gz cannot be read"),
        (("some.gz", "--bundled"), "--bundled takes neither a file nor --sha256"),
    ],
)
def test_update_refuses_what_it_cannot_check(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prices", "update", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_doctor_says_that_a_kept_catalog_broke(
    capsys: pytest.CaptureFixture[str], deep: Path, tmp_path: Path
) -> None:
    [kept] = (tmp_path / "aso-home" / "catalogs").glob("*.gz")
    kept.write_bytes(b"broken")
    assert main(["doctor"]) == 1
    assert "!! catalog" in (text := capsys.readouterr().out)
    assert "back to the bundled one: aso prices update --bundled" in text
