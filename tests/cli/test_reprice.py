"""`aso reprice` on a real ledger: what it prints, what it writes, and what others then show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import aso
from aso.cli import main
from aso.pricing import read_catalog
from aso.sinks import LedgerSink
from aso.testing import capture_events
from tests.catalogs import catalog_file
from tests.sinks.ingest_server import KEY, IngestServer

ALWAYS = ("--since", "2000-01-01")


def record(model: str, **options: Any) -> list[aso.Event]:
    """Return the event of one call of 1,000 tokens, priced by the bundled catalog."""
    with capture_events() as events:
        aso.record(provider="openai", model=model, usage={"prompt_tokens": 1000}, **options)
    return list(events)


def keep(events: list[aso.Event]) -> None:
    with closing(LedgerSink()) as sink:
        sink.send(events)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A catalog in which gpt-5.4 costs twice as much, and gpt-new is known."""
    rates = {"input_tokens": "5", "output_tokens": "30"}
    return catalog_file(tmp_path, {"gpt-5.4": rates, "gpt-new": rates})[0]


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    return capsys.readouterr().out


def in_json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--format", "json", code=code))


def total(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, int]:
    """Return what the report says was spent, and how many calls have no price."""
    found = in_json(capsys, "report", *arguments)["total"]
    return found["cost_usd"], found["unpriced_calls"]


COUNTS = (
    "newly_priced",
    "newly_unpriced",
    "unpriced_before",
    "unpriced_after",
    "partial_before",
    "partial_after",
)


def sums(events: int, *, before: str | None, after: str | None, **counts: int) -> dict[str, Any]:
    """Return what JSON says of one model; a count that is not given is 0."""
    costs = {"cost_usd_before": before, "cost_usd_after": after}
    return {"events": events, **dict.fromkeys(COUNTS, 0), **counts, **costs}


def test_it_says_what_changed_exactly(capsys: pytest.CaptureFixture[str], newer: Path) -> None:
    keep([*record("gpt-5.4"), *record("gpt-5.4"), *record("gpt-new"), *record("gpt-4o")])
    catalog = read_catalog(newer)
    dearer = sums(2, before="0.005", after="0.01")
    learnt = sums(1, newly_priced=1, unpriced_before=1, before=None, after="0.005")
    gone = sums(1, newly_unpriced=1, unpriced_after=1, before="0.0025", after=None)
    every = sums(
        4,
        newly_priced=1,
        newly_unpriced=1,
        unpriced_before=1,
        unpriced_after=1,
        before="0.0075",
        after="0.015",
    )
    assert in_json(capsys, "reprice", *ALWAYS, "--catalog", str(newer)) == {
        "dry_run": False,
        "catalog": {"version": catalog.version, "sha256": catalog.sha256},
        "rows": [
            {"provider": "openai", "model": "gpt-4o", **gone},
            {"provider": "openai", "model": "gpt-5.4", **dearer},
            {"provider": "openai", "model": "gpt-new", **learnt},
        ],
        "total": every,
        "selected": 4,
        "unknown_contracts": {},
        "sent": None,
    }


def test_the_report_shows_the_highest_revision(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep([*record("gpt-5.4"), *record("gpt-new")])
    assert total(capsys) == ("0.0025", 1)
    run(capsys, "reprice", *ALWAYS, "--catalog", str(newer))
    assert total(capsys) == ("0.01", 0)


def test_all_revisions_are_shown_by_their_number(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep(record("gpt-5.4"))
    run(capsys, "reprice", *ALWAYS, "--catalog", str(newer))
    rows = in_json(capsys, "report", "--by", "model", "--all-revisions")["rows"]
    assert [(row["model"], row["revision"], row["cost_usd"]) for row in rows] == [
        ("gpt-5.4", 1, "0.005"),
        ("gpt-5.4", 0, "0.0025"),
    ]
    lines = run(capsys, "export", "--all-revisions").splitlines()
    assert [json.loads(line)["revision_reason"] for line in lines] == [None, "repriced"]


def test_explain_shows_the_highest_revision_or_all(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    [event] = record("gpt-5.4")
    keep([event])
    run(capsys, "reprice", *ALWAYS, "--catalog", str(newer))
    highest = run(capsys, "explain", event.event_id)
    assert f"event      {event.event_id}, revision 1 (repriced)" in highest
    assert "cost       0.005 USD" in highest
    every = run(capsys, "explain", event.event_id, "--all-revisions")
    assert [line for line in every.splitlines() if line.startswith("cost ")] == [
        "cost       0.0025 USD, priced, from: standard",
        "cost       0.005 USD, priced, from: standard",
    ]


def test_twice_writes_nothing_the_second_time(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep(record("gpt-5.4"))
    run(capsys, "reprice", *ALWAYS, "--catalog", str(newer))
    said = run(capsys, "reprice", *ALWAYS, "--catalog", str(newer))
    assert "0 events revised: what is selected costs the same by this catalog" in said
    assert len(run(capsys, "export", "--all-revisions").splitlines()) == 2


@pytest.mark.parametrize("more", [["--dry-run"], []])
def test_where_nothing_is_selected_that_is_said(
    more: list[str], capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep(record("gpt-5.4"))
    never = ("reprice", "--since", "2099-01-01", "--catalog", str(newer), *more)
    assert run(capsys, *never).splitlines()[1:] == [
        "no event is selected: look at --since, --until and --where"
    ]
    assert in_json(capsys, *never)["selected"] == 0


def test_a_dry_run_says_the_same_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep(record("gpt-5.4"))
    arguments = ("reprice", *ALWAYS, "--catalog", str(newer))
    would = in_json(capsys, *arguments, "--dry-run")
    assert total(capsys) == ("0.0025", 0)
    did = in_json(capsys, *arguments)
    assert (would.pop("dry_run"), did.pop("dry_run")) == (True, False)
    assert would == did


def test_what_has_no_price_is_shown_as_unpriced_and_never_as_0(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep([*record("gpt-5.4"), *record("gpt-new"), *record("gpt-4o")])
    lines = run(capsys, "reprice", *ALWAYS, "--catalog", str(newer), "--dry-run").splitlines()
    assert [line.split() for line in lines if line.startswith(("openai", "total"))] == [
        ["openai", "gpt-4o", "1", "0", "1", "0.0025", "unpriced"],
        ["openai", "gpt-5.4", "1", "0", "0", "0.0025", "0.005"],
        ["openai", "gpt-new", "1", "1", "0", "unpriced", "0.005"],
        ["total", "3", "1", "1", "0.005+?", "0.01+?"],
    ]
    assert "!! 1 event with a cost before and none after: no price is known" in lines[-3]


def test_marks_are_explained_only_where_they_are(
    capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep(record("gpt-4o"))
    said = run(capsys, "reprice", *ALWAYS, "--catalog", str(newer), "--dry-run")
    assert [line for line in said.splitlines() if "+?" in line] == []


def test_a_cost_in_part_is_a_lower_bound(capsys: pytest.CaptureFixture[str], newer: Path) -> None:
    with capture_events() as events:
        usage = {"prompt_tokens": 1000, "audio_seconds": 3}
        aso.record(provider="openai", model="gpt-5.4", usage=usage)
    keep(list(events))
    found = in_json(capsys, "reprice", *ALWAYS, "--catalog", str(newer), "--dry-run")
    expected = sums(1, partial_before=1, partial_after=1, before="0.0025", after="0.005")
    assert found["total"] == expected


@pytest.mark.parametrize(
    ("more", "last"),
    [
        (["--dry-run"], "dry run: nothing was written"),
        ([], "what was reported stays: revisions were added"),
    ],
)
def test_the_table_says_whether_anything_was_written(
    more: list[str], last: str, capsys: pytest.CaptureFixture[str], newer: Path
) -> None:
    keep(record("gpt-5.4"))
    lines = run(capsys, "reprice", *ALWAYS, "--catalog", str(newer), *more).splitlines()
    assert [line.split() for line in lines if line.startswith("openai")] == [
        ["openai", "gpt-5.4", "1", "0", "0", "0.0025", "0.005"]
    ]
    assert lines[-1] == last


def test_only_what_is_selected_is_revised(capsys: pytest.CaptureFixture[str], newer: Path) -> None:
    keep(record("gpt-5.4", dimensions={"team": "a"}) + record("gpt-5.4", dimensions={"team": "b"}))
    selected = (*ALWAYS, "--where", "team=a")
    run(capsys, "reprice", *selected, "--catalog", str(newer))
    assert total(capsys, "--where", "team=a") == ("0.005", 0)
    assert total(capsys, "--where", "team=b") == ("0.0025", 0)


def test_a_contract_can_be_put_over_what_was_spent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep(record("gpt-5.4"))
    path = tmp_path / "contract.toml"
    path.write_text('["openai:*"]\nmultiplier = "0.8"\n', encoding="utf-8")
    run(capsys, "reprice", *ALWAYS, "--overlay", str(path))
    [line] = run(capsys, "export").splitlines()
    found = json.loads(line)
    assert (found["total_cost_usd"], found["cost_source"]) == ("0.002", "custom")
    assert found["cost_lines"][0]["source"].endswith("+contract:openai:*")
    contract = f"contract   sha256 {found['contract']['sha256']}"
    assert contract in run(capsys, "explain", found["event_id"]).splitlines()


@pytest.fixture
def under_contract(tmp_path: Path) -> Iterator[aso.Event]:
    """A call of a program with contract prices, in the ledger."""
    with aso.instrument(prices={"openai:*": {"multiplier": "0.5"}}) as running:
        found = aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": 1000})
        assert running.flush()
    yield found


def test_an_event_keeps_the_contract_that_it_was_priced_under(
    capsys: pytest.CaptureFixture[str], newer: Path, under_contract: aso.Event
) -> None:
    assert under_contract.to_dict()["total_cost_usd"] == "0.00125"
    run(capsys, "reprice", *ALWAYS, "--catalog", str(newer))
    assert total(capsys) == ("0.0025", 0)


def test_an_event_whose_contract_is_gone_is_left_alone_and_said(
    capsys: pytest.CaptureFixture[str], newer: Path, under_contract: aso.Event, tmp_path: Path
) -> None:
    sha256 = under_contract.cost.contract_sha256
    (tmp_path / "aso-home" / "prices" / f"{sha256}.json").unlink()
    found = in_json(capsys, "reprice", *ALWAYS, "--catalog", str(newer), code=1)
    assert found["unknown_contracts"] == {sha256: 1}
    said = run(capsys, "reprice", *ALWAYS, "--catalog", str(newer), code=1)
    assert f"!! 1 event left alone, priced under contract {sha256}, which ASO_HOME does not" in said
    assert total(capsys) == ("0.00125", 0)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestServer]:
    with IngestServer() as server:
        monkeypatch.setenv("ASO_ENDPOINT", server.url)
        monkeypatch.setenv("ASO_API_KEY", KEY)
        yield server


def test_revisions_are_sent_where_asked_and_once(
    capsys: pytest.CaptureFixture[str], newer: Path, endpoint: IngestServer
) -> None:
    [event] = record("gpt-5.4")
    keep([event])
    arguments = ("reprice", *ALWAYS, "--catalog", str(newer), "--send")
    assert in_json(capsys, *arguments)["sent"] == {"revisions": 1, "problem": None}
    assert "1 revision is with the ingest endpoint" in run(capsys, *arguments).splitlines()
    assert {key: found["total_cost_usd"] for key, found in endpoint.events.items()} == {
        (event.event_id, 1): "0.005"
    }


def test_an_endpoint_that_is_down_loses_nothing(
    capsys: pytest.CaptureFixture[str], newer: Path, endpoint: IngestServer
) -> None:
    keep(record("gpt-5.4"))
    endpoint.answers.append((503, {}, {"error": "AISpendOps: later"}))
    arguments = ("reprice", *ALWAYS, "--catalog", str(newer), "--send")
    assert "run the same command again to send them" in run(capsys, *arguments, code=1)
    assert in_json(capsys, *arguments)["sent"] == {"revisions": 1, "problem": None}
    assert len(endpoint.events) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--catalog", "none.gz"), "catalog none.gz cannot be read (No such file or directory)"),
        (("--overlay", "none.toml"), "prices file 'none.toml' cannot be read"),
        (("--send", "--dry-run"), "--send and --dry-run: nothing is written"),
        (("--send",), "IngestSink needs an endpoint and a key"),
    ],
)
def test_a_wrong_argument_changes_nothing_and_says_the_way_out(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(record("gpt-5.4"))
    assert main(["reprice", *ALWAYS, *arguments]) == 2
    assert message in capsys.readouterr().err
    assert len(run(capsys, "export", "--all-revisions").splitlines()) == 1


def test_a_contract_that_cannot_be_kept_prices_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep(record("gpt-5.4"))
    (tmp_path / "aso-home" / "prices").touch()
    path = tmp_path / "contract.json"
    path.write_text('{"openai:*": {"multiplier": "0.5"}}', encoding="utf-8")
    assert main(["reprice", *ALWAYS, "--overlay", str(path)]) == 2
    assert "so nothing was priced by it: set ASO_HOME" in capsys.readouterr().err
    assert total(capsys) == ("0.0025", 0)


def test_without_a_ledger_the_way_to_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no ledger yet" in run(capsys, "reprice", *ALWAYS)
