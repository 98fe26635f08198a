"""``redact``: what an endpoint is not to know is hashed or dropped before it leaves."""

from __future__ import annotations

import hmac
from typing import Any

import pytest

from aso import environment
from aso.errors import ConfigError
from aso.records import Event
from aso.sinks import IngestSink
from aso.sinks.ingest_spool import Spool
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer

SECRET = "only this company has it"
CALL = event(
    1,
    dims={"team": "search", "user": "anna@example.com", "env": "test"},
    function="billing.rerank",
    trace_id="ab" * 16,
)


def hashed(name: str, value: str, key: str = SECRET) -> str:
    found = hmac.new(key.encode(), f"{name}\0{value}".encode(), "sha256").hexdigest()
    return f"hash:{found[:32]}"


def sent(server: IngestServer, *events: Event, **options: Any) -> list[dict[str, Any]]:
    IngestSink(server.url, KEY, **options).send(events or [CALL])
    return list(server.batches[-1]["events"])


def test_without_rules_an_event_leaves_as_it_is(server: IngestServer) -> None:
    assert sent(server) == [CALL.to_dict()]


def test_named_fields_are_hashed_or_dropped_and_nothing_else_changes(server: IngestServer) -> None:
    rules = {"dims.user": "hash", "function": "drop", "trace_id": "hash", "span_id": "hash"}
    assert sent(server, redact=rules, redact_key=SECRET) == [
        CALL.to_dict()
        | {
            "dims": {
                "team": "search",
                "user": hashed("user", "anna@example.com"),
                "env": "test",
            },
            "function": None,
            "trace_id": hashed("trace_id", "ab" * 16),
        }
    ]


def test_a_dimension_that_is_dropped_is_not_there(server: IngestServer) -> None:
    [found] = sent(server, redact={"dims.user": "drop"})
    assert found["dims"] == {"team": "search", "env": "test"}


def test_every_dimension_without_a_rule_of_its_own_follows_the_star(server: IngestServer) -> None:
    [found] = sent(server, redact={"dims.*": "drop", "dims.team": "hash"}, redact_key=SECRET)
    assert (found["dims"], found["env"]) == ({"team": hashed("team", "search")}, None)


@pytest.mark.parametrize("field", ["env", "dims.env", "dims.*"])
def test_the_environment_is_redacted_in_both_of_its_places(
    server: IngestServer, field: str
) -> None:
    [found] = sent(server, redact={field: "hash"}, redact_key=SECRET)
    assert found["env"] == found["dims"]["env"] == hashed("env", "test")


def test_equal_values_stay_equal_and_another_key_tells_them_apart(server: IngestServer) -> None:
    rules = {"dims.user": "hash"}
    first, second = sent(server, CALL, CALL._replace(revision=1), redact=rules, redact_key=SECRET)
    [other] = sent(server, redact=rules, redact_key="another of 16 characters")
    assert first["dims"] == second["dims"] != other["dims"]


def test_the_variables_redact_where_no_option_does(
    server: IngestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASO_REDACT", "dims.user=hash, function=drop")
    monkeypatch.setenv("ASO_REDACT_KEY", SECRET)
    [found] = sent(server)
    assert found["dims"]["user"] == hashed("user", "anna@example.com")
    assert found["function"] is None


def test_what_is_set_aside_is_redacted_as_well(server: IngestServer) -> None:
    server.reject = {CALL.event_id}
    sent(server, redact={"dims.user": "drop"})
    home = environment.home()
    assert home is not None
    [kept] = Spool.of(home).kept()
    assert kept.refused.document["dims"] == {"team": "search", "env": "test"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"redact": "dims.user"}, "redact is a str: pass a mapping"),
        ({"redact": {"model": "drop"}}, r"the field 'model': choose from .*'dims.NAME'"),
        ({"redact": {"event_id": "hash"}}, "needed to count and to price"),
        ({"redact": {"dims.": "hash"}}, "the field 'dims.'"),
        (
            {"redact": {"host": "mask"}},
            r"redact\['host'\] is 'mask': choose from \['hash', 'drop'\]",
        ),
        ({"redact": {"host": "hash"}}, "redact_key .hidden. is not a text of 16"),
        (
            {"redact": {"host": "hash"}, "redact_key": "sh0rt"},
            "a secret that the endpoint does not",
        ),
    ],
)
def test_a_wrong_rule_is_said_and_the_key_is_not(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        IngestSink("https://ingest.example", KEY, **options)
    assert "sh0rt" not in str(caught.value)


def test_no_repr_shows_the_key_of_the_hashes() -> None:
    sink = IngestSink("https://ingest.example", KEY, redact={"host": "hash"}, redact_key=SECRET)
    assert SECRET not in repr(vars(sink))
