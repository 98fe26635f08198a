"""``aso spool``: what an ingest endpoint refused is shown, sent again, or forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from aso.cli import main
from aso.sinks import IngestSink
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer

FIRST, SECOND = event(1), event(2)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestServer]:
    """An endpoint, named by the variables, that has refused two events."""
    with IngestServer() as found:
        monkeypatch.setenv("ASO_ENDPOINT", found.url)
        monkeypatch.setenv("ASO_API_KEY", KEY)
        found.reject = {FIRST.event_id, SECOND.event_id}
        IngestSink().send([FIRST, SECOND])
        found.reject = set()
        yield found


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["spool", *arguments]) == code
    return capsys.readouterr().out


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the ids of what is set aside."""
    lines = said(capsys, "show", "--format", "jsonl").splitlines()
    return [json.loads(line)["event"]["event_id"] for line in lines]


def test_where_nothing_was_refused_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "show") == "Nothing is set aside: no endpoint refused an event.\n"


def test_what_was_refused_is_shown_with_its_reason(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    header, _, *rows = said(capsys, "show").splitlines()
    assert header.split() == [
        "event",
        "revision",
        "set",
        "aside",
        "at",
        "endpoint",
        "and",
        "key",
        "answer",
        "reason",
    ]
    assert [(row.split()[0], row.split()[3], row.split()[5:]) for row in rows] == [
        (one.event_id, f"{server.url}:abc", ["bad", "event"]) for one in (FIRST, SECOND)
    ]


def test_one_event_can_be_seen_whole(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(said(capsys, "show", SECOND.event_id, "--format", "jsonl"))
    del found["set_aside_at"]
    assert found == {
        "destination": f"ingest:{server.url}:abc",
        "status": 202,
        "reason": "bad event",
        "event": SECOND.to_dict(),
    }


def test_what_is_taken_at_the_second_try_is_no_longer_set_aside(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.poison = {SECOND.event_id}
    assert said(capsys, "retry", code=1) == "sent 1, refused again 1, of 2\n"
    assert (list(server.events), shown(capsys)) == ([(FIRST.event_id, 0)], [SECOND.event_id])


def test_one_event_can_be_sent_alone(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "retry", SECOND.event_id) == "sent 1, refused again 0, of 1\n"
    assert shown(capsys) == [FIRST.event_id]


def test_an_endpoint_that_is_down_keeps_everything_and_says_so(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = iter(["503"])
    assert "!! the ingest endpoint" in said(capsys, "retry", code=1)
    assert shown(capsys) == [FIRST.event_id, SECOND.event_id]


def test_what_is_for_another_key_is_sent_only_when_that_is_wanted(
    server: IngestServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "aso_k_other.s3cret"
    monkeypatch.setenv("ASO_API_KEY", server.key)
    assert "2 are for another endpoint or key, and stay" in said(capsys, "retry")
    server.reject = {SECOND.event_id}
    assert said(capsys, "retry", "--any-key", code=1) == "sent 1, refused again 1, of 2\n"
    assert said(capsys, "show").count(f"{server.url}:other") == 1
    assert shown(capsys) == [SECOND.event_id]


def test_the_doctor_says_that_something_is_set_aside(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor"])
    assert "2 events that the endpoint refused: aso spool show" in capsys.readouterr().out


def test_what_is_dropped_is_gone(server: IngestServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "drop", FIRST.event_id) == "dropped 1\n"
    assert shown(capsys) == [SECOND.event_id]
    assert said(capsys, "drop", "--all") == "dropped 1\n"
    assert shown(capsys) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["drop"], "name the events to forget, or write --all"),
        (["drop", "0", "--all"], "not both"),
        (["show", "zz"], "begins with 'zz': aso spool show"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    arguments: list[str],
    message: str,
    server: IngestServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["spool", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert len(shown(capsys)) == 2


def test_a_file_that_is_no_spool_is_said(
    server: IngestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.sinks.test_ingest_refusals import spool

    spool().path.write_bytes(b"not a database, and longer than its header would be" * 20)
    assert main(["spool", "show"]) == 2
    assert "spool.db cannot be used" in capsys.readouterr().err
