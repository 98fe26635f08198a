"""What pages say twice, or about the code, is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aso.hook import Integration
from aso.integrations import INTEGRATIONS
from aso.pricing import bundled

DOCS = Path(__file__).resolve().parents[1] / "docs"


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


@pytest.mark.parametrize("one", INTEGRATIONS.values(), ids=INTEGRATIONS)
def test_limits_name_the_versions_that_doctor_does(one: Integration) -> None:
    rows = [line.split(" | ")[:2] for line in text_of("limits.md").splitlines() if line[:2] == "| "]
    wanted = set(map(minor, one.versions))
    told = [
        set(re.findall(r"[\d.]+", versions))
        for client, versions in rows
        if one.name.partition("_")[0] in client
    ]
    rule = f"docs/limits.md: no row of its first table has {one.name} with {sorted(wanted)}: {told}"
    assert any(wanted <= versions for versions in told), rule


def test_the_pages_of_decisions_have_titles_of_one_form() -> None:
    pages = sorted((DOCS / "adr").glob("*.md"))
    titles = [page.read_text(encoding="utf-8").partition("\n")[0] for page in pages]
    assert [title.partition(" — ")[0] for title in titles] == [
        f"# {page.name[:4]}" for page in pages
    ]


def test_a_catalog_that_pages_show_is_the_one_that_is_bundled() -> None:
    texts = [page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")]
    form = re.compile(r"^catalog +(\S+), sha256 (\w+)…$", re.MULTILINE)
    shown = {found for text in texts for found in form.findall(text)}
    assert shown == {(bundled().version, bundled().sha256[:8])}
