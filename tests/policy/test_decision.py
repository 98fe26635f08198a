from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aso import DimensionError, ModelNotAllowedError, Policy, ProviderNotAllowedError
from aso.policy import Decision, decide
from aso.records import Call

CALL = Call(
    provider="openai",
    operation="chat",
    endpoint="chat/completions",
    host="api.openai.com",
    model="gpt-4o-mini",
    stream=False,
    dims={"team": "search", "app": "shop"},
)
ALLOW = Decision("allow")


def call(**changes: Any) -> Call:
    return CALL._replace(**changes)


def refusal(policy: Policy, call: Call) -> tuple[type[Any], str, str, str]:
    decision = decide(policy, call)
    violation = decision.violation
    assert (decision.action, violation is None) == ("block", False)
    assert violation is not None
    return type(violation), violation.rule, violation.value, str(violation)


def test_the_default_policy_allows_every_call() -> None:
    assert decide(Policy(), CALL) == ALLOW
    assert decide(Policy(), call(provider="unknown", model=None, dims={})) == ALLOW


def test_a_provider_off_the_list_is_refused_with_the_hosted_text() -> None:
    assert refusal(Policy(allowed_providers=["anthropic"]), CALL) == (
        ProviderNotAllowedError,
        "allowed_providers",
        "openai",
        (
            "Provider not allowed by API key policy: 'openai' is not in allowed_providers "
            "['anthropic']; add it to Policy.allowed_providers, or choose an allowed one"
        ),
    )


def test_a_model_off_the_list_is_refused_with_the_hosted_text() -> None:
    assert refusal(Policy(allowed_models=["openai:gpt-4o*"]), call(model="o3")) == (
        ModelNotAllowedError,
        "allowed_models",
        "openai:o3",
        (
            "Model not allowed by API key policy: 'openai:o3' is not in allowed_models "
            "['openai:gpt-4o*']; add it to Policy.allowed_models or choose an allowed model"
        ),
    )


def test_a_denied_model_is_refused_though_it_is_allowed() -> None:
    policy = Policy(allowed_models=["openai:*"], denied_models=["openai:gpt-4o-mini"])
    assert refusal(policy, CALL) == (
        ModelNotAllowedError,
        "denied_models",
        "openai:gpt-4o-mini",
        (
            "Model not allowed by API key policy: 'openai:gpt-4o-mini' is in denied_models "
            "['openai:gpt-4o-mini']; choose another model"
        ),
    )


@pytest.mark.parametrize(
    ("pattern", "model", "fits"),
    [
        ("*", "gpt-4o-mini", True),
        ("openai:*", "gpt-4o-mini", True),
        ("openai:gpt-4.1", "gpt-4.1", True),
        ("openai:gpt-4.1", "gpt-4.1-mini", False),
        ("openai:gpt-4*", "gpt-4", True),
        ("openai:gpt-4*", "gpt-5", False),
        ("openai:gpt-4*", "chatgpt-4o", False),
        ("anthropic:*", "gpt-4o", False),
        ("openai:ft:gpt-4o*", "ft:gpt-4o:acme", True),
        ("openai:gpt-4.1", "gpt-401", False),
    ],
)
def test_patterns_match_whole_names_and_prefixes_only(pattern: str, model: str, fits: bool) -> None:
    allowed = decide(Policy(allowed_models=[pattern]), call(model=model)).action == "allow"
    denied = decide(Policy(denied_models=[pattern]), call(model=model)).action == "block"
    assert (allowed, denied) == (fits, fits)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), st.data())
def test_a_prefix_of_a_model_with_a_star_matches_it(model: str, data: Any) -> None:
    name = "".join(model.split()).replace("*", "") or "o3"
    cut = data.draw(st.integers(0, len(name)))
    policy = Policy(allowed_models=[f"openai:{name[:cut]}*"])
    assert decide(policy, call(model=name)) == ALLOW


def test_google_ai_studio_is_google() -> None:
    policy = Policy(
        allowed_providers=["google-ai-studio"],
        allowed_models=["google-ai-studio:gemini-2.5*"],
        denied_models=["google-ai-studio:gemini-2.5-pro"],
    )
    assert decide(policy, call(provider="google", model="models/gemini-2.5-flash")) == ALLOW
    assert decide(policy, call(provider="google", model="models/gemini-2.5-pro")).action == "block"


def test_an_alias_is_matched_as_the_model_it_stands_for() -> None:
    policy = Policy(allowed_models=["azure:gpt-4o*"], aliases={"our-small-one": "gpt-4o-mini"})
    assert decide(policy, call(provider="azure", model="our-small-one")) == ALLOW
    assert decide(policy, call(provider="azure", model="our-other-one")).action == "block"


def test_a_request_without_a_model_is_not_checked_for_one() -> None:
    policy = Policy(allowed_models=["anthropic:*"], denied_models=["openai:*"])
    assert decide(policy, call(model=None)) == ALLOW


def test_what_passed_once_is_decided_alike_again() -> None:
    policy = Policy(allowed_models=["openai:gpt-4o*"], mandatory_dimensions=["team"])
    assert decide(policy, CALL) == decide(policy, CALL) == ALLOW
    assert decide(policy, call(provider="azure")).action == "block"
    assert decide(policy, call(dims={})).action == "block"


# --- dimensions -----------------------------------------------------------------------------------


def test_a_missing_mandatory_dimension_is_refused_with_the_hosted_text() -> None:
    policy = Policy(mandatory_dimensions=["team", "cost_center"])
    assert refusal(policy, CALL) == (
        DimensionError,
        "mandatory_dimensions",
        "cost_center",
        (
            "Dimensions are required (X-ASO-Dims header): 'cost_center' missing; "
            "set it by aso.dimensions(...), instrument(dimensions=...) or the header"
        ),
    )


def test_mandatory_true_asks_for_any_dimension() -> None:
    policy = Policy(mandatory_dimensions=True)
    assert decide(policy, CALL) == ALLOW
    assert refusal(policy, call(dims={}))[3].startswith(
        "Dimensions are required (X-ASO-Dims header): there is none; "
    )


def test_an_empty_value_does_not_satisfy_a_mandatory_key() -> None:
    assert refusal(Policy(mandatory_dimensions=["team"]), call(dims={"team": ""}))[2] == "team"


def test_the_env_satisfies_a_mandatory_env() -> None:
    policy = Policy(mandatory_dimensions=["team", "env"])
    assert decide(policy, call(env="production")) == ALLOW
    assert refusal(policy, call(dims={}, env="production"))[2] == "team"
    assert refusal(policy, CALL)[2] == "env"


def test_a_key_off_the_list_is_refused_with_the_hosted_text() -> None:
    assert refusal(Policy(allowed_dimension_keys=["team"]), CALL) == (
        DimensionError,
        "allowed_dimension_keys",
        "app",
        (
            "Dimension key \"app\" not allowed: allowed_dimension_keys is ['team']; "
            "use one of them, or add it to Policy.allowed_dimension_keys"
        ),
    )


def test_the_env_that_aso_itself_adds_needs_no_permission() -> None:
    policy = Policy(allowed_dimension_keys=["team"], max_dimension_pairs=1)
    ours = call(dims={"team": "search", "env": "production"}, env="production")
    theirs = ours._replace(dims={"team": "search", "env": "other"})
    assert decide(policy, ours) == ALLOW
    assert refusal(policy, theirs)[2] == "env"


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("max_dimension_pairs", 1, "Too many dimension pairs (max 1): 2 are in force (app, team)"),
        ("max_dimension_key_length", 3, "Dimension key too long: 'team' has 4 characters"),
        ("max_dimension_value_length", 4, "Dimension value too long: team='search' has 6"),
    ],
)
def test_a_policys_own_limits_are_refused_with_the_hosted_text(
    limit: str, value: int, said: str
) -> None:
    kind, rule, _, text = refusal(Policy(**{limit: value}), CALL)
    assert (kind, rule, text[: len(said)]) == (DimensionError, limit, said)


def test_the_first_broken_rule_decides() -> None:
    policy = Policy(
        allowed_providers=["anthropic"],
        allowed_models=["anthropic:*"],
        denied_models=["anthropic:claude-2*"],
        mandatory_dimensions=["team"],
        allowed_dimension_keys=["team", "app"],
        max_dimension_pairs=1,
    )
    calls = [
        call(model="claude-2", dims={"x": "y"}),
        call(provider="anthropic", model="claude-2", dims={"x": "y"}),
        call(provider="anthropic", model="claude-4", dims={"x": "y"}),
        call(provider="anthropic", model="claude-4", dims={"team": "a", "x": "y"}),
        call(provider="anthropic", model="claude-4", dims={"team": "a", "app": "b"}),
    ]
    assert [refusal(policy, one)[1] for one in calls] == [
        "allowed_providers",
        "denied_models",
        "mandatory_dimensions",
        "allowed_dimension_keys",
        "max_dimension_pairs",
    ]


@pytest.mark.parametrize("mode", ["warn", "shadow"])
def test_the_soft_modes_allow_and_tell(mode: Any) -> None:
    decision = decide(Policy(allowed_providers=["anthropic"], mode=mode), CALL)
    assert (decision.action, decision.mode) == ("allow", mode)
    assert decision.violation is not None
    assert (decision.violation.rule, decision.violation.decision) == ("allowed_providers", mode)


def test_a_long_list_is_not_quoted_whole() -> None:
    policy = Policy(allowed_models=[f"openai:model-{n}" for n in range(500)])
    assert "'openai:model-7'] and 492 more; add it" in refusal(policy, CALL)[3]
