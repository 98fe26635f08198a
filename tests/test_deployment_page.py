"""docs/deployment.md works as it is written: commands, variables, manifests, programs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import aso
from aso.cli.arguments import parser
from aso.sinks import MemorySink

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\bASO_[A-Z_]+\b")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def manifests() -> list[Any]:
    yaml = pytest.importorskip("yaml")
    return [yaml.safe_load(block) for block in blocks("yaml")]


def containers(found: Any) -> list[dict[str, Any]]:
    """Return all that has a name and an image, wherever it is in a manifest."""
    if isinstance(found, list):
        return [one for part in found for one in containers(part)]
    if not isinstance(found, dict):
        return []
    mine = [found] if "image" in found else []
    return mine + [one for part in found.values() for one in containers(part)]


def commands(found: Any) -> list[list[str]]:
    """Return all commands of a manifest."""
    if isinstance(found, list):
        return [one for part in found for one in commands(part)]
    if not isinstance(found, dict):
        return []
    mine = [found["command"]] if "command" in found else []
    return mine + [one for part in found.values() for one in commands(part)]


def test_every_command_of_ours_is_one() -> None:
    lines = re.findall(r"^    (.*)$", PAGE, re.MULTILINE)
    said = [part for line in lines for part in re.split(r"[;#]", line) if " aso " in f" {part}"]
    written = [shlex.split(one) for one in said if one.strip().startswith("aso ")]
    ours = [one for one in [*written, *commands(manifests())] if one[0] == "aso"]
    assert len(ours) == 7
    for command in ours:
        assert parser().parse_args(command[1:]).watch is not None


def test_every_variable_is_a_setting() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert set(VARIABLE.findall(PAGE)) - set(VARIABLE.findall(settings)) == set()


def test_who_ships_looks_where_the_application_journals() -> None:
    compose, deployment, *_ = manifests()
    pod = deployment["spec"]["template"]["spec"]
    (sidecar,), (app,) = pod["initContainers"], pod["containers"]
    home = {one["name"]: one.get("value") for one in app["env"]}["ASO_HOME"]
    assert sidecar["command"][3] == home == compose["services"]["app"]["environment"]["ASO_HOME"]
    assert sidecar["volumeMounts"] == app["volumeMounts"] == [{"name": "aso", "mountPath": home}]
    assert [volume["name"] for volume in pod["volumes"]] == ["aso"]
    assert sidecar["restartPolicy"] == "Always"
    assert compose["services"]["ship"]["volumes"] == compose["services"]["app"]["volumes"]
    assert compose["services"]["ship"]["user"] == compose["services"]["app"]["user"]


def test_an_application_that_only_journals_is_given_no_secret() -> None:
    compose, deployment, *_ = manifests()
    app = next(one for one in containers(deployment) if one["name"] == "app")
    keys = {one["name"]: one.get("value") for one in app["env"]}
    assert keys["ASO_API_KEY"] == compose["services"]["app"]["environment"]["ASO_API_KEY"]
    assert keys["ASO_API_KEY"] == "aso_k_prod.unused"


class Context:
    """What a function in a cloud is given."""

    def get_remaining_time_in_millis(self) -> int:
        return 2_500


def test_the_function_delivers_before_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    (program,) = [block for block in blocks("python") if "def handler" in block]
    sink = MemorySink()
    instrument = aso.instrument
    monkeypatch.setattr(aso, "instrument", lambda: instrument(sinks=[sink]))
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["handler"]({"tokens": 7}, Context()) == {"statusCode": 200}
    assert [event.to_dict()["prompt_tokens"] for event in sink.events] == [7]


def test_every_test_file_that_is_named_is_there() -> None:
    named = re.findall(r"`(?:tests/)?(?:processes/)?(test_\w+\.py)`", PAGE)
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(named) >= 10
    assert set(named) - there == set()
