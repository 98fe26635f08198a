"""Batches over HTTP: what is kept, what is refused, and that nothing answered with 202 is lost."""

from __future__ import annotations

import gzip
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from aso.sinks import IngestSink
from tests.events import event
from tests.serve.served import Served, as_json, batch, serving

_BOMB = gzip.compress(bytes(64 << 20))
_OTHER_VERSION = {**batch([]), "schema": "aso.batch/2"}


def test_an_event_counts_once_however_often_it_comes(server: Served, key: str) -> None:
    answers = [server.post(key, batch([event(1), event(n)])) for n in (2, 3)]
    assert [(one.status_code, one.json()) for one in answers] == [
        (202, {"accepted": 2, "duplicates": 0, "rejected": []}),
        (202, {"accepted": 1, "duplicates": 1, "rejected": []}),
    ]
    assert server.events(key) == [event(n).to_dict() for n in (1, 2, 3)]


def test_an_event_that_is_wrong_is_named_and_the_others_are_kept(server: Served, key: str) -> None:
    wrong = event(2).to_dict() | {"prompt_tokens": -1}
    answer = server.post(key, batch([event(1), wrong, event(3)])).json()
    assert answer == {
        "accepted": 2,
        "duplicates": 0,
        "rejected": [
            {
                "event_id": event(2).event_id,
                "error": "prompt_tokens: Input should be greater than or equal to 0",
            }
        ],
    }
    assert len(server.events(key)) == 2


def test_what_a_newer_version_says_is_kept(server: Served, key: str) -> None:
    newer = event(1).to_dict() | {"carbon_grams": "0.2", "routing": {"region": "eu"}}
    server.post(key, batch([newer]))
    assert server.events(key) == [newer]


def test_the_highest_revision_counts(server: Served, key: str) -> None:
    server.post(key, batch([event(1, revision=1, env="new"), event(1, env="old")]))
    assert [one["env"] for one in server.events(key)] == ["new"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "The body is cut"),
        (b"no gzip", 400, "The body is not gzip, which its Content-Encoding says"),
        (gzip.compress(b"{"), 400, "The body is no batch: Invalid JSON"),
        (gzip.compress(b"[]"), 400, "The body is no batch: Input should be an object"),
        (gzip.compress(as_json(batch([])))[:-4], 400, "The body is cut"),
        (gzip.compress(as_json(_OTHER_VERSION)), 400, "its schema must be aso.batch/1"),
        (gzip.compress(as_json(batch([{}]))), 400, "Event 0 of the batch has no event_id"),
        (gzip.compress(as_json(batch([event()] * 21))), 413, "The batch has 21 events"),
        (_BOMB, 413, "The batch is larger than 33,554,432 bytes"),
        (os.urandom(100_000), 413, "The body is larger than 65,536 bytes"),
    ],
    ids=[
        "empty",
        "plain",
        "no_json",
        "no_object",
        "cut",
        "version",
        "unnamed",
        "many",
        "bomb",
        "large",
    ],
)
def test_what_is_no_batch_is_refused(
    server: Served, key: str, body: bytes, status: int, said: str
) -> None:
    answer = server.post(key, body)
    error = answer.json()["error"]
    assert (answer.status_code, error[:12], said in error) == (status, "AISpendOps: ", True)
    assert server.events(key) == []


def test_a_body_may_come_as_it_is(server: Served, key: str) -> None:
    body = as_json(batch([event(1)]))
    assert server.post(key, body, **{"Content-Encoding": "identity"}).json()["accepted"] == 1
    assert server.post(key, body, **{"Content-Encoding": "br"}).status_code == 415


def test_a_key_that_sends_more_than_its_share_is_told_how_long_to_wait(tmp_path: Path) -> None:
    with serving(tmp_path, tmp_path / "secret", "--events-per-s", "1") as server:
        key, many = server.key("acme"), batch([event(n) for n in range(100)])
        answers = [server.post(key, many) for _ in range(2)]
        assert [one.status_code for one in answers] == [202, 429]
        assert 80 <= int(answers[1].headers["Retry-After"]) <= 90


def test_what_was_answered_is_there_after_the_server_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path, tmp_path / "secret") as server:
        key = server.key("acme")
        for number in range(20):
            assert server.post(key, batch([event(number)])).status_code == 202
        server.process.send_signal(signal.SIGKILL)
    with serving(tmp_path, tmp_path / "secret") as server:
        assert len(server.events(key)) == 20


def test_the_sink_delivers_and_what_is_refused_is_set_aside(server: Served, key: str) -> None:
    sink = IngestSink(server.url, key)
    sink.send([event(n) for n in range(30)])  # more than a batch may have: it is halved
    sink.send([event(31, dims={"team": "x" * 65})])
    sink.close()
    assert (len(server.events(key)), sink.set_aside) == (30, 1)


def test_an_event_that_is_too_large_is_named(server: Served, key: str) -> None:
    large: dict[str, Any] = event(1).to_dict() | {"more": "x" * 9000}
    [rejected] = server.post(key, batch([large])).json()["rejected"]
    assert rejected["error"].endswith("bytes, at most 9,000 are kept")
