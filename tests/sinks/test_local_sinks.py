"""Memory, console and ledger sinks."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.records import Usage
from aso.sinks import ConsoleSink, LedgerSink, MemorySink
from tests.events import UNPRICED, event


def test_memory_keeps_events_in_order() -> None:
    sink = MemorySink()
    sink.send([event(1), event(2)])
    sink.close()
    assert sink.events == [event(1), event(2)]
    assert sink.destination is None


def test_the_console_writes_a_line_that_people_can_read() -> None:
    stream = io.StringIO()
    guess = Usage(input_tokens=3, source="estimate")
    ConsoleSink(stream).send([event(1), event(2, cost=UNPRICED, usage=guess, dims={})])
    when = "2026-11-23T08:00:00.400Z"
    priced, unpriced = stream.getvalue().splitlines()
    assert priced == (
        f"{when} openai:gpt-5.4 1000→0 tokens $0.0025 completed team=search {event(1).event_id}"
    )
    assert unpriced == (
        f"{when} openai:gpt-5.4 3→? tokens unpriced estimate completed {event(2).event_id}"
    )


def test_a_console_says_which_revision_a_line_is_and_why() -> None:
    stream = io.StringIO()
    ConsoleSink(stream).send([event(1, revision=2, revision_reason="repriced")])
    assert stream.getvalue() == (
        "2026-11-23T08:00:00.400Z openai:gpt-5.4 1000→0 tokens $0.0025 completed "
        f"revision 2 (repriced) team=search {event(1).event_id}\n"
    )


def test_a_console_of_a_narrow_encoding_gets_what_it_can_show() -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    ConsoleSink(console).send([event(1, dims={"team": "\x1b[2J"})])
    console.seek(0)
    assert "1000\\u21920 tokens" in (text := console.read())
    assert "\x1b" not in text


def test_the_ledger_sink_writes_where_it_is_told(tmp_path: Path) -> None:
    sink = LedgerSink(tmp_path / "mine.db")
    sink.send([event(1)])
    sink.send([event(1), event(2)])
    sink.close()
    ledger = Ledger(tmp_path / "mine.db")
    assert len(list(ledger.documents())) == 2
    ledger.close()


def test_without_a_path_the_ledger_is_in_aso_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASO_HOME", str(tmp_path))
    assert LedgerSink().path == tmp_path / "ledger.db"
    assert LedgerSink() == LedgerSink(tmp_path / "ledger.db")


def test_without_any_home_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")  # as each Python says it

    monkeypatch.delenv("ASO_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(ConfigError, match="ASO_HOME"):
        LedgerSink()
