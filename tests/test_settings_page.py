"""docs/settings.md is whole: every argument, every variable, every field of a policy."""

from __future__ import annotations

import inspect
import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import aso
from aso.config import settle
from aso.integrations import INTEGRATIONS
from aso.sinks import IngestSink

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")


class Asked(dict[str, str]):
    """An environment that keeps the names it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def named(cells: list[str]) -> list[str]:
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_every_argument_has_a_row_in_its_order_with_its_default() -> None:
    signature = inspect.signature(aso.instrument).parameters
    said = {cells[0].strip("`"): cells[2] for cells in rows("`instrument()` and the environment")}
    assert [name for name in said if name in signature] == list(signature)
    assert {name for name in said if name not in signature} == {"—"}
    assert said["durability"] == "`process`" == f"`{signature['durability'].default}`"


def test_every_variable_that_is_read_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    monkeypatch.setattr(os, "environ", asked)
    settle()
    IngestSink("https://ingest.example.com", "aso_k_1.secret")
    read = {name for name in asked.names if name.startswith("ASO_")}
    told = rows("`instrument()` and the environment")
    assert set(named([cells[1] for cells in told])) == read


def test_every_field_of_a_policy_has_a_row_with_its_default() -> None:
    policy = aso.Policy()
    defaults = {one.name: getattr(policy, one.name) for one in fields(policy) if one.init}
    written = {True: "`true`", False: "`false`", None: "none", (): "none", ("*",): '`["*"]`'}
    said = {cells[0].strip("`"): cells[1] for cells in rows("Policy") if cells[0].startswith("`")}
    assert said == {
        name: "none" if value == {} else written.get(value, f"`{value}`")
        for name, value in defaults.items()
    }


def test_every_integration_is_named() -> None:
    [line] = [line for line in PAGE.splitlines() if line.startswith("Integrations: ")]
    wanted = ", ".join(f"`{name}`" for name in INTEGRATIONS)
    assert named([line]) == list(INTEGRATIONS), f"docs/settings.md: Integrations: {wanted}."
