from __future__ import annotations

import logging
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aso
from aso import ConfigError, DimensionError, Policy
from aso.config import Settings, home, settle
from aso.credentials import ApiKey, checked_endpoint
from aso.sinks import MemorySink

KEY = "aso_k_7f3a.s3cr3t-Value"
URL = "https://ingest.example.com/aso"


def test_nothing_said_is_the_local_ledger(tmp_path: Path) -> None:
    assert settle() == Settings(home=tmp_path / "aso-home")


def test_variables_stand_in_for_arguments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('mode = "warn"')
    said = {"API_KEY": KEY, "ENDPOINT": URL, "ENV": "prod", "POLICY": str(policy)}
    for name, value in {**said, "DIMENSIONS": "team=a,app=b", "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(f"ASO_{name}", value)
    assert settle() == Settings(
        api_key=ApiKey("7f3a", "s3cr3t-Value"),
        endpoint=URL,
        dimensions={"team": "a", "app": "b"},
        policy=Policy(mode="warn"),
        env="prod",
        home=tmp_path,
    )


def test_arguments_win_over_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"API_KEY": "junk", "ENDPOINT": "junk", "ENV": "", "POLICY": "junk"}.items():
        monkeypatch.setenv(f"ASO_{name}", value)
    monkeypatch.setenv("ASO_DIMENSIONS", "team=a,app=b")
    settings = settle(api_key=KEY, endpoint=URL, env="dev", policy={}, dimensions={"team": "mine"})
    assert (settings.endpoint, settings.env, settings.policy) == (URL, "dev", Policy())
    assert settings.dimensions == {"team": "mine", "app": "b"}


def test_equal_arguments_are_equal_settings_and_others_are_named() -> None:
    sink = MemorySink()
    one = settle(sinks=[sink], policy={"mode": "warn"}, hosts={"LLM.corp": "openai"})
    assert one == settle(sinks=(sink,), policy=Policy(mode="warn"), hosts={"llm.corp": "openai"})
    other = settle(sinks=[MemorySink()], hosts={"llm.corp": "openai"})
    assert one.difference(other) == "sinks, policy"


# --- the key and the endpoint ---------------------------------------------------------------------


def test_a_key_shows_its_id_and_hides_its_secret() -> None:
    key = ApiKey.parse(KEY)
    assert (key.id, key.secret, key.text) == ("7f3a", "s3cr3t-Value", KEY)
    assert "s3cr3t" not in repr(key) + str(key) + f"{settle(api_key=KEY, endpoint=URL)}"
    assert pickle.loads(pickle.dumps(key)) == key


@pytest.mark.parametrize(
    "wrong", ["", "sk-s3cr3t", "aso_k_.s3cr3t", "aso_k_7f3a.", "aso_k_7f3a.s3cr3t x\r\nEvil: 1", 7]
)
def test_a_wrong_key_is_refused_and_not_quoted(wrong: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        settle(api_key=wrong)
    assert str(caught.value).startswith("api_key (hidden) is not of the form aso_k_{id}.{secret}: ")
    assert "s3cr3t" not in str(caught.value)


def test_a_wrong_key_in_the_environment_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASO_API_KEY", "sk-s3cr3t")
    with pytest.raises(ConfigError, match=r"^ASO_API_KEY \(hidden\) is not of the form"):
        aso.instrument()


def test_a_key_never_goes_to_a_guessed_host() -> None:
    with pytest.raises(ConfigError, match=r"API key '7f3a' has no endpoint: .* ASO_ENDPOINT"):
        aso.instrument(KEY)
    assert settle(api_key=KEY, sinks=[]).api_key == ApiKey.parse(KEY)


@pytest.mark.parametrize(
    "url",
    [
        "https://ingest.example.com",
        "https://ingest.example.com:8443/v2/aso",
        "HTTPS://ingest.example.com",
        "https://[2001:db8::1]:443/x",
        "http://127.0.0.1:8080",
        "http://localhost:8080/",
        "http://[::1]:8080",
    ],
)
def test_https_is_taken_and_http_on_this_machine(url: str) -> None:
    assert checked_endpoint(url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://ingest.example.com", "endpoint 'http://ingest.example.com' is not encrypted: "),
        ("http://localhost.evil.example", "endpoint 'http://localhost.evil.example' is not enc"),
        ("http://127.0.0.1@evil.example", "endpoint 'http://evil.example' is not a URL"),
        ("https://me:s3cr3t@host/x", "endpoint 'https://host' is not a URL"),
        ("https://me:s3c/r3t@host", "endpoint 'https://host' is not a URL"),
        ("https://host?key=s3cr3t", "endpoint 'https://host' is not a URL"),
        ("https://host#s3cr3t", "endpoint 'https://host' is not a URL"),
        ("https://host:99999", "endpoint 'https://host:99999' is not a URL"),
        ("https://host\r\nEvil: 1", "endpoint 'https://host' is not a URL"),
        ("https://", "endpoint 'https://' is not a URL"),
        ("ftp://host", "endpoint (hidden) is not a URL"),
        (KEY, "endpoint (hidden) is not a URL"),
        ("", "endpoint (hidden) is not a URL"),
        (7, "endpoint (hidden) is not a URL"),
    ],
)
def test_another_endpoint_is_refused_and_shows_no_secret(url: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        aso.instrument(KEY, url)
    assert str(caught.value).startswith(said)
    assert "3cr3t" not in str(caught.value)


def test_an_at_sign_in_the_path_is_no_user() -> None:
    assert checked_endpoint("https://collector.example/@team") == "https://collector.example/@team"


@given(st.text(max_size=40))
def test_no_text_makes_the_endpoint_fail_otherwise(text: str) -> None:
    try:
        taken = checked_endpoint(f"https://{text}")
    except ConfigError:
        return
    assert taken is not None
    host, _, path = taken.removeprefix("https://").partition("/")
    assert not set(host) & set("@?#\\ \r\n")
    assert not set(path) & set("?#\\ \r\n")


# --- every other bad value: the value, the rule, the way out ---------------------------------------


class NoSink:
    pass


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sinks": MemorySink()}, "sinks is of type MemorySink: pass a list, e.g. [MemorySink()]"),
        (
            {"sinks": [NoSink()]},
            "sinks has one of type NoSink: a sink has send(events) and close()",
        ),
        ({"sinks": [3]}, "sinks has one of type int: a sink has send(events) and close()"),
        ({"sinks": 3}, "sinks is of type int: pass a list, e.g. [MemorySink()]"),
        ({"sinks": [MemorySink]}, "sinks has the class MemorySink: pass MemorySink()"),
        ({"integrations": "openai"}, "integrations is of type str: pass a list, e.g. ['openai']"),
        ({"integrations": [7]}, "integrations has 7: pass names"),
        ({"integrations": ["opnai"]}, "integration 'opnai' is not known: choose from"),
        ({"policy": {"mode": "x"}}, "the policy is wrong: mode is 'x': choose from"),
        ({"policy": 7}, "policy is of type int: give a mapping, or"),
        ({"prices": 7}, "prices is of type int: pass a mapping, or the path of"),
        ({"hosts": "x"}, "hosts is of type str: pass a mapping"),
        ({"hosts": {"https://x": "openai"}}, "hosts has 'https://x': write the host, or host:port"),
        ({"hosts": {"x/y": "openai"}}, "hosts has 'x/y': write the host, or host:port"),
        ({"hosts": {"x": "opnai"}}, "hosts['x'] is 'opnai': choose from ["),
        ({"env": ""}, "env is '': a non-empty name, e.g. 'production'"),
        ({"env": 7}, "env is 7: a non-empty name"),
        ({"env": "e" * 65}, "env 'eeee"),
        (
            {"durability": "disk"},
            "durability 'disk' is not known: choose from ['process', 'memory']",
        ),
    ],
)
def test_a_bad_argument_is_refused_at_instrument(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        aso.instrument(**arguments)
    assert str(caught.value).startswith(said)


def test_hosts_are_taken_with_ports_and_for_a_proxy() -> None:
    hosts = {"LLM.corp": "azure", "127.0.0.1:8080": "openai", "[::1]:1": "aso-proxy"}
    expected = {"llm.corp": "azure", "127.0.0.1:8080": "openai", "[::1]:1": "aso-proxy"}
    assert settle(hosts=hosts).hosts == expected


def test_a_bad_policy_file_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASO_POLICY", "/no/such/policy.toml")
    with pytest.raises(
        ConfigError, match=r"^ASO_POLICY: policy file '/no/such/policy.toml' cannot"
    ):
        aso.instrument()


def test_a_wrong_policy_of_the_environment_is_named_by_its_variable_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASO_POLICY", '{"mode": "x"}')
    with pytest.raises(ConfigError, match=r"^ASO_POLICY: the policy is wrong: mode is 'x'"):
        aso.instrument()


def test_a_dimension_of_the_code_that_breaks_the_rules_is_raised() -> None:
    with pytest.raises(DimensionError, match="Dimension value too long: team="):
        aso.instrument(dimensions={"team": "x" * 65})


def test_dimensions_of_the_environment_that_break_the_rules_are_dropped_and_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("aso.config._SAID", {})
    monkeypatch.setenv("ASO_DIMENSIONS", f"team=a,oops,app={'x' * 65}")
    with caplog.at_level(logging.WARNING, "aso"):
        one, other = settle(), settle()
    assert (one.dimensions, one.dropped_dimensions, other) == ({"team": "a"}, 2, one)
    assert [record.getMessage() for record in caplog.records] == [
        "ASO_DIMENSIONS: dimension 'oops' is not key=value; write team=search; it was left out"
    ]


def test_the_environments_dimensions_give_way_to_the_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASO_DIMENSIONS", "k0=outside,k1=outside,x=outside,y=outside")
    settings = settle(dimensions={f"k{n}": "code" for n in range(7)})
    assert settings.dimensions == {**{f"k{n}": "code" for n in range(7)}, "x": "outside"}
    assert settings.dropped_dimensions == 1


# --- home and the off switch ----------------------------------------------------------------------


def test_home_is_aso_home_else_a_folder_in_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("ASO_HOME", "~/events")
    assert home() == Path("/home/somebody/events")
    monkeypatch.delenv("ASO_HOME")
    assert home() == Path("/home/somebody/.aso")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has another rule for ~")
def test_a_home_of_an_unknown_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASO_HOME", "~nosuchuser/events")
    with pytest.raises(ConfigError, match="ASO_HOME is '~nosuchuser/events', which is no path"):
        settle()


@pytest.mark.skipif(not hasattr(__import__("os"), "setuid"), reason="needs a user without a home")
def test_a_user_without_a_home_has_none() -> None:
    code = (
        "import os, sys; from aso.config import home\n"
        "for name in ('HOME', 'ASO_HOME'): os.environ.pop(name, None)\n"
        "if os.getuid() == 0: os.setuid(54321)\n"
        "else: sys.exit(77)\n"
        "assert home() is None, home()"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    if done.returncode == 77:
        pytest.skip("only root may become a user without a home")
    assert done.returncode == 0


@pytest.mark.parametrize("said", ["1", "true", "YES", " on "])
def test_the_off_switch_reads_nothing_else(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("ASO_DISABLED", said)
    monkeypatch.setenv("ASO_POLICY", "/no/such/policy.toml")
    assert settle(api_key=KEY) == Settings(is_disabled=True)


@pytest.mark.parametrize(
    ("said", "off"), [("0", False), ("off", False), ("", False), ("yes", True)]
)
def test_the_off_switch_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, said: str, off: bool) -> None:
    monkeypatch.setenv("ASO_DISABLED", said)
    assert settle().is_disabled is off
    monkeypatch.setenv("ASO_DISABLED", "maybe")
    with pytest.raises(ConfigError, match="ASO_DISABLED is 'maybe': write 1 or 0"):
        settle()
