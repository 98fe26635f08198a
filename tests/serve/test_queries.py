"""What was spent, asked over HTTP: the numbers are those of `aso report`."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aso.cli import main
from aso.ledger import Ledger
from aso.records import Event, Usage
from tests.events import UNPRICED, costing, event
from tests.serve.served import Served, batch

_DAY_MS = 86_400_000
_MONDAY = event().ended_at_ms  # 2026-11-23T08:00:00.400Z


def calls() -> list[Event]:
    """Return five calls on two days: one of each is unpriced, estimated, of another team."""
    tuesday = {"ended_at_ms": _MONDAY + _DAY_MS, "started_at_ms": _MONDAY + _DAY_MS}
    guessed = Usage(input_tokens=10, output_tokens=5, source="estimate")
    return [
        costing(1, "0.1"),
        costing(2, "0.20", dims={"team": "ads"}),
        costing(3, "0.000000000000000003", **tuesday),
        event(4, cost=UNPRICED, **tuesday),
        costing(5, "0.5", usage=guessed, provider="groq", **tuesday),
    ]


@pytest.fixture
def filled(server: Served, key: str) -> str:
    """The key of a tenant that has sent them."""
    assert server.post(key, batch(calls())).json()["accepted"] == 5
    return key


@pytest.mark.parametrize("by", ["provider,model", "", "day,team", "hour", "dims.team"])
def test_a_report_is_what_the_command_prints(
    server: Served, filled: str, by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger(path)) as ledger:
        ledger.add(calls())
    assert main(["--ledger", str(path), "report", "--by", by, "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    found = server.get(filled, f"/v1/report?by={by}").json()
    assert [_but_what_is_apart(one) for one in found["rows"]] == printed["rows"]
    assert _but_what_is_apart(found["total"]) == printed["total"]
    assert printed["total"]["cost_usd"] == "0.800000000000000003"


def _but_what_is_apart(sums: dict[str, Any]) -> dict[str, Any]:
    names = ("estimated_calls", "partial_calls", "refused", "unmetered")
    return {name: value for name, value in sums.items() if name not in names}


def test_a_report_says_of_each_row_what_is_not_quite_known(server: Served, filled: str) -> None:
    found = server.get(filled, "/v1/report?by=provider").json()
    names = ("provider", "unpriced_calls", "estimated_calls", "partial_calls", "refused")
    rows = [
        tuple(one[name] for name in names)
        for one in (*found["rows"], found["total"] | {"provider": None})
    ]
    assert rows == [("groq", 0, 1, 0, 0), ("openai", 1, 0, 0, 0), (None, 1, 1, 0, 0)]


def test_the_dimensions_are_those_that_calls_of_the_time_have(server: Served, key: str) -> None:
    odd = "\"'/~,= ä"
    sent = [
        event(1, dims={"team": "search", odd: "x"}),
        event(2, dims={"team": "ads"}),
        event(3, dims={}),
        event(4, dims={"app": "old"}, ended_at_ms=_MONDAY - 9 * _DAY_MS),
    ]
    server.post(key, batch(sent))
    found = server.get(key, "/v1/dimensions?since=2026-11-22").json()["dimensions"]
    assert found == [{"name": "team", "calls": 2}, {"name": odd, "calls": 1}]


def test_a_report_is_of_the_time_and_the_calls_that_are_asked_for(
    server: Served, filled: str
) -> None:
    asked = "since=2026-11-23&until=2026-11-24T00:00Z&where=team=search&where=provider=openai"
    total = server.get(filled, f"/v1/report?by=team&{asked}").json()["total"]
    assert (total["calls"], total["cost_usd"]) == (1, "0.1")


def test_a_timeline_has_every_step_and_what_is_unknown_apart(server: Served, filled: str) -> None:
    asked = "step=day&by=provider&top=1&since=2026-11-22&until=2026-11-25"
    found = server.get(filled, f"/v1/timeline?{asked}").json()

    def numbers(points: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        names = ("calls", "cost_usd", "unpriced_calls", "estimated_calls", "estimated_cost_usd")
        return [tuple(point[name] for name in names) for point in points]

    assert found["times"] == ["2026-11-22", "2026-11-23", "2026-11-24"]
    assert numbers(found["total"]) == [
        (0, "0", 0, 0, "0"),
        (2, "0.3", 0, 0, "0"),
        (3, "0.500000000000000003", 1, 1, "0.5"),
    ]
    [groq] = found["series"]
    assert (groq["value"], groq["cost_usd"]) == ("groq", "0.5")
    assert numbers(groq["points"])[2] == (1, "0.5", 0, 1, "0.5")
    assert (found["others"]["values"], found["others"]["cost_usd"]) == (1, "0.300000000000000003")


@pytest.mark.parametrize(
    ("step", "first", "last", "count"),
    [
        ("hour", "2026-11-22T23:00Z", "2026-11-24T00:00Z", 26),
        ("month", "2026-11", "2026-11", 1),
    ],
)
def test_the_steps_hold_the_whole_time(
    server: Served, filled: str, step: str, first: str, last: str, count: int
) -> None:
    asked = f"step={step}&since=2026-11-22T23:30Z&until=2026-11-24T00:10Z"
    times = server.get(filled, f"/v1/timeline?{asked}").json()["times"]
    assert (times[0], times[-1], len(times)) == (first, last, count)


def test_spend_is_of_the_window_and_the_calls_that_match(server: Served, filled: str) -> None:
    found = server.get(filled, "/v1/spend?match=team=ads&window=lifetime").json()
    assert (found["cost_usd"], found["calls"], found["since"]) == ("0.2", 1, None)
    assert found["match"] == {"team": "ads"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/report?by=calls", "cannot group or filter by 'calls'"),
        ("/v1/report?where=team", "has no '='"),
        ("/v1/report?since=soon", "time 'soon' is not understood"),
        ("/v1/report?since=today&until=24h", "since is not before until"),
        ("/v1/report?Since=today", "There is no parameter 'Since' here"),
        ("/v1/report?by=a&by=b", "The parameter 'by' is there twice"),
        ("/v1/report?where=team=%00", "has the character U+0000"),
        ("/v1/report?by=te%00am", "has the character U+0000"),
        ("/v1/spend?window=year", "window 'year' is not understood"),
        ("/v1/spend?match=team", "has no '='"),
        ("/v1/timeline?step=week", "step 'week' is none"),
        ("/v1/timeline?by=team,model", "a timeline is by one"),
        ("/v1/timeline?top=51", "write 1 to 50"),
        ("/v1/timeline?step=hour&since=2020-01-01", "more than 2,000 steps"),
        ("/v1/events?where=team", "has no '='"),
    ],
)
def test_a_question_that_is_wrong_is_told_so(
    server: Served, key: str, path: str, said: str
) -> None:
    answer = server.get(key, path)
    assert (answer.status_code, said in answer.json()["error"]) == (400, True), answer.text


def test_a_policy_is_told_once(server: Served, key: str, tenant: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text('{"allowed_models": ["openai:*"]}', encoding="utf-8")
    assert server.get(key, "/v1/policy").json() == {}
    options = ["--tenant", tenant, *server.options]
    assert main(["serve", "policy", "set", str(path), *options]) == 0
    found = server.get(key, "/v1/policy")
    assert found.json() == {"allowed_models": ["openai:*"]}
    again = server.get(key, "/v1/policy", **{"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_health_and_metrics_are_for_all_and_name_nobody(server: Served, key: str) -> None:
    server.post(key, batch([event(1)]))
    health, metrics = (server.client.get(path) for path in ("/healthz", "/metrics"))
    assert health.json()["status"] == "ok"
    assert 'aso_serve_events_total{result="accepted"}' in metrics.text
    assert "tenant" not in metrics.text


@pytest.mark.parametrize(("method", "status"), [("PUT", 405), ("GET", 404)])
def test_what_is_not_there_is_said_in_the_same_form(
    server: Served, method: str, status: int
) -> None:
    answer = server.client.request(method, "/v1/events" if status == 405 else "/v2/events")
    assert (answer.status_code, answer.json()["error"][:12]) == (status, "AISpendOps: ")


def test_a_method_that_there_is_not_is_told_every_method_that_there_is(server: Served) -> None:
    answer = server.client.request("PUT", "/v1/events")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
