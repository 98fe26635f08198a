from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aso import ConfigError, Policy

TOML = """
allowed_providers = ["openai", "google-ai-studio"]
allowed_models = ["openai:gpt-4o*", "google:*"]
mandatory_dimensions = ["team"]
mode = "warn"

[aliases]
small = "gpt-4o-mini"
"""
FIELDS: dict[str, Any] = {
    "allowed_providers": ["openai", "google-ai-studio"],
    "allowed_models": ["openai:gpt-4o*", "google:*"],
    "mandatory_dimensions": ["team"],
    "mode": "warn",
    "aliases": {"small": "gpt-4o-mini"},
}


def test_toml_json_a_mapping_and_keywords_are_the_same_policy(tmp_path: Path) -> None:
    toml, text = tmp_path / "policy.toml", tmp_path / "policy.json"
    toml.write_text(TOML)
    text.write_text(json.dumps(FIELDS))
    loaded = [Policy.load(one) for one in (toml, str(toml), text, TOML, json.dumps(FIELDS), FIELDS)]
    assert loaded == [Policy(**FIELDS)] * 6


def test_policies_are_equal_by_value_and_hash_alike() -> None:
    one, other = Policy(denied_models=["openai:o3"]), Policy(denied_models=("openai:o3",))
    assert (one == other, hash(one) == hash(other)) == (True, True)
    assert one != Policy()


def test_a_policy_survives_pickle_and_copy() -> None:
    policy = Policy(**FIELDS)
    assert pickle.loads(pickle.dumps(policy)) == copy.deepcopy(policy) == policy


def test_a_policy_cannot_be_changed_nor_by_the_lists_it_was_made_of() -> None:
    models = ["openai:gpt-4o"]
    policy = Policy(allowed_models=models)
    models.append("openai:*")
    assert policy == Policy(allowed_models=["openai:gpt-4o"])
    with pytest.raises(AttributeError):
        policy.mode = "shadow"  # type: ignore[misc]


def test_arguments_are_keywords_only() -> None:
    with pytest.raises(TypeError):
        Policy(["openai"])  # type: ignore[call-arg]


WRONG: list[tuple[str, Any, str]] = [
    ("allowed_providers", "openai", "allowed_providers is 'openai': a list of provider names"),
    ("allowed_providers", ["opnai"], "allowed_providers has 'opnai': choose from ['*', "),
    ("allowed_models", ["gpt-4o"], "allowed_models has 'gpt-4o': write provider:model"),
    ("allowed_models", ["opnai:gpt-4o"], "allowed_models has 'opnai:gpt-4o': its provider is not"),
    ("allowed_models", ["openai:*-mini"], "allowed_models has 'openai:*-mini': write"),
    ("denied_models", ["openai:"], "denied_models has 'openai:': write provider:model"),
    ("denied_models", [7], "denied_models is [7]: a list of provider:model patterns"),
    ("mandatory_dimensions", "team", "mandatory_dimensions is 'team': true, false or a list"),
    ("allowed_dimension_keys", "team", "allowed_dimension_keys is 'team': a list of keys"),
    ("max_dimension_pairs", 9, "max_dimension_pairs is 9: a whole number from 0 to 8"),
    ("max_dimension_key_length", True, "max_dimension_key_length is True: a whole number"),
    ("max_dimension_value_length", -1, "max_dimension_value_length is -1: a whole number"),
    ("aliases", {"small": 7}, "aliases is {'small': 7}: a table of model"),
    ("mode", "strict", "mode is 'strict': choose from ['enforce', 'warn', 'shadow']"),
    ("max_cost_per_request", 0.5, "max_cost_per_request is 0.5: "),
    ("max_cost_per_request", "-1", "max_cost_per_request is '-1': a positive amount in USD"),
    ("max_cost_per_request", "1.50", "max_cost_per_request is set: this version does not enforce"),
    ("budgets", [{"amount": "1"}], "budgets is set: this version does not enforce it yet"),
    ("rules", [{"team": "x"}], "rules is set: this version does not enforce it yet"),
    ("unpriced", "block", "unpriced is set: this version does not enforce it yet"),
    ("unbounded", "allow", "unbounded is set: this version does not enforce it yet"),
    ("unpriced", "never", "unpriced is 'never': choose from ['allow', 'ceiling', 'block']"),
]


@pytest.mark.parametrize(("field", "value", "said"), WRONG)
def test_a_wrong_value_says_the_value_and_the_rule(field: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as keyword:
        Policy(**{field: value})
    with pytest.raises(ConfigError) as document:
        Policy.load({field: value})
    assert f"the policy is wrong: {said}" in str(keyword.value)
    assert f"the policy is wrong: {said}" in str(document.value)


def test_one_error_names_all_that_is_wrong() -> None:
    with pytest.raises(ConfigError) as caught:
        Policy.load({"mode": "x", "allowed_models": 7, "max_dimension_pairs": 99, "alowed": []})
    said = str(caught.value)
    assert [name in said for name in ("mode is 'x'", "allowed_models is 7", "pairs is 99")] == [
        True,
        True,
        True,
    ]
    assert "'alowed' is not a field of a policy: choose from ['aliases', " in said


def test_a_mandatory_key_that_is_not_allowed_is_a_contradiction() -> None:
    with pytest.raises(ConfigError, match="'team': add it to allowed_dimension_keys"):
        Policy(mandatory_dimensions=["team", "env"], allowed_dimension_keys=["app"])


def test_defaults_spelled_out_are_accepted() -> None:
    spelled = Policy(
        max_cost_per_request=None,
        budgets=[],
        rules=[],
        unpriced="allow",
        unbounded="context_window",
    )
    assert spelled == Policy()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("policy.toml", b"mode = ", "policy.toml' is not valid TOML: "),
        ("policy.json", b"[1]", "policy.json' is of type list: it must be a table of fields"),
        ("policy.json", b"{", "policy.json' is not valid JSON: "),
        ("policy.toml", b"\xff", "(UnicodeDecodeError): give the path of a TOML or JSON file"),
    ],
)
def test_a_file_that_is_no_document_says_why(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        Policy.load(tmp_path / name)
    assert said in str(caught.value)


def test_text_that_is_no_document_has_no_file_to_name() -> None:
    with pytest.raises(ConfigError, match=r"^policy is not valid TOML: .*: correct it where it"):
        Policy.load("mode = \n")


@pytest.mark.parametrize("source", ["/no/such/policy.toml", "", "~nosuchuser/x.toml", "a\0b"])
def test_a_path_that_cannot_be_read_is_named(source: str) -> None:
    with pytest.raises(ConfigError, match="policy file .* cannot be read"):
        Policy.load(source)


def test_without_a_toml_reader_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tomllib", None)
    monkeypatch.setitem(sys.modules, "tomli", None)
    with pytest.raises(ConfigError, match=r"^reading TOML needs Python 3.11, .* pip install tomli"):
        Policy.load(TOML)


def test_other_types_are_refused() -> None:
    with pytest.raises(ConfigError, match="policy is of type Decimal: give a mapping, or"):
        Policy.load(Decimal(1))  # type: ignore[arg-type]


def test_deeply_nested_json_is_an_error_and_no_crash() -> None:
    with pytest.raises(ConfigError, match="policy is not valid JSON"):
        Policy.load('{"a":' * 100_000)


def test_keywords_do_not_import_pydantic() -> None:
    code = (
        "import sys; from aso.policy.document import Policy; Policy(denied_models=['openai:o3']);"
        "assert 'pydantic' not in sys.modules, sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
