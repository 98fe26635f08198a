"""Who delivers, and how much may wait: variables of the environment, checked where they are read."""

from __future__ import annotations

import pytest

import aso
from aso import keeping


@pytest.mark.parametrize(
    ("said", "size"),
    [("8388608", 8 << 20), ("8MiB", 8 << 20), (" 1.5 gb ", 1_500_000_000), ("", 512 << 20)],
)
def test_a_size(monkeypatch: pytest.MonkeyPatch, said: str, size: int) -> None:
    monkeypatch.setenv("ASO_JOURNAL_MAX_BYTES", said)
    assert keeping.max_bytes() == size


@pytest.mark.parametrize(
    ("said", "age"), [("60s", 60), ("90m", 5400), ("1.5h", 5400), ("2d", 172_800), ("", 604_800)]
)
def test_an_age(monkeypatch: pytest.MonkeyPatch, said: str, age: int) -> None:
    monkeypatch.setenv("ASO_JOURNAL_MAX_AGE", said)
    assert keeping.max_age_s() == age


@pytest.mark.parametrize(
    ("name", "said", "text"),
    [
        ("ASO_DELIVERY", "later", "ASO_DELIVERY is 'later': choose from ['process', 'ship']"),
        (
            "ASO_JOURNAL_MAX_BYTES",
            "lots",
            "ASO_JOURNAL_MAX_BYTES is 'lots': write it as 512MiB, 2GB or a number of bytes",
        ),
        (
            "ASO_JOURNAL_MAX_BYTES",
            "1MB",
            "ASO_JOURNAL_MAX_BYTES is 1,000,000 bytes: at least 8MiB, the room that a journal's files need to be replaced one by one",
        ),
        (
            "ASO_JOURNAL_MAX_AGE",
            "7",
            "ASO_JOURNAL_MAX_AGE is '7': write it as 7d, 36h, 90m or 600s",
        ),
        (
            "ASO_JOURNAL_MAX_AGE",
            "5s",
            "ASO_JOURNAL_MAX_AGE is 5 s: at least 60s, so that a slow delivery is in time",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is_set(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str, text: str
) -> None:
    monkeypatch.setenv(name, said)
    with pytest.raises(aso.ConfigError) as raised:
        aso.instrument()
    assert str(raised.value) == text


def test_only_what_aso_ship_can_open_is_left_to_it() -> None:
    places = [
        "ingest:https://a.example:k",
        "ledger:/data/ledger.db",
        "otlp:grpc:x:spans",
        "my.Sink",
    ]
    assert [keeping.is_shipped(place) for place in places] == [True, True, True, False]
