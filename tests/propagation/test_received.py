"""What was received of another process: under all that the code here says, and never in its way."""

from __future__ import annotations

import pytest

import aso
from aso.context import current, enter, leave
from aso.propagation.crossing import Arrival
from aso.propagation.options import Options
from aso.runtime import RUNTIME
from aso.testing import capture_events

USAGE = {"prompt_tokens": 1}
KEYS = frozenset({"team", "app", "env", *(f"r{n}" for n in range(20))})


def arrival(header: str) -> Arrival:
    return Arrival(header, str, Options(KEYS, trust=True))


def dims() -> dict[str, str]:
    """Return what an event has now."""
    return aso.record(provider="openai", model="m", usage=USAGE).to_dict()["dims"]


def test_what_was_received_is_over_the_process_and_under_the_code() -> None:
    with capture_events(), arrival("team=them,app=them"), aso.dimensions(team="us"):
        assert dims() == {"app": "them", "team": "us"}
    with aso.instrument(sinks=[], dimensions={"app": "us", "zone": "a"}), arrival("app=them"):
        assert dims() == {"app": "them", "zone": "a"}


def test_it_goes_with_track_meters_and_carry() -> None:
    with capture_events(), arrival("team=them"):

        @aso.track(step="rank")
        def work() -> dict[str, str]:
            with aso.meter():
                return dims()

        carried = aso.carry(work)
    with capture_events():
        assert carried() == {"team": "them", "step": "rank"}
        assert dims() == {}


def test_it_never_takes_the_room_of_what_the_code_says() -> None:
    ours = {f"k{n}": "v" for n in range(8)}
    with capture_events(), arrival("team=them,app=them"), aso.dimensions(ours):
        assert dims() == ours
    del ours["k0"]
    with capture_events(), arrival("team=them,app=them"), aso.dimensions(ours):
        assert dims() == {**ours, "team": "them"}


def test_it_goes_before_the_dimensions_of_the_process_do() -> None:
    process = {f"k{n}": "v" for n in range(7)}
    with aso.instrument(sinks=[], dimensions=process), arrival("team=them,app=them"):
        found, session = dims(), RUNTIME.session
    assert session is not None
    assert {**process, "team": "them"} == found
    assert session.pipeline.dropped_dimensions == 1


def test_a_block_that_ends_out_of_turn_leaves_the_others() -> None:
    outer, inner = aso.dimensions(team="us"), arrival("app=them")
    outer.__enter__()
    inner.__enter__()
    outer.__exit__()
    with capture_events():
        assert dims() == {"app": "them"}
    inner.__exit__()
    assert (dict(current().dims), dict(current().received)) == ({}, {})


@pytest.mark.parametrize(
    ("header", "kept", "dropped"),
    [
        ("team=a,other=b", {"team": "a"}, 0),
        (f"team={'v' * 65},app=shop", {"app": "shop"}, 1),
        (f"team={'%C3%A9' * 64}", {"team": "é" * 64}, 0),
        ("team=%0d%0aSet-Cookie:%20a=b,app=shop", {"app": "shop"}, 1),
        ("team=%1b[31m,app=%00", {}, 2),
        (",".join(f"r{n}=v" for n in range(20)), {f"r{n}": "v" for n in range(8)}, 12),
        ("team=a," * 2000, {}, 1),
        ("=,;,team,=x,team==" + "," * 5000, {"team": "="}, 0),
        ("team=%ff%fe", {"team": "\ufffd\ufffd"}, 0),
    ],
)
def test_what_breaks_a_rule_is_dropped_and_counted(
    header: str, kept: dict[str, str], dropped: int
) -> None:
    with aso.instrument(sinks=[]):
        found = arrival(header)
        with found:
            assert dict(current().received) == kept
        assert RUNTIME.session is not None
        assert RUNTIME.session.pipeline.dropped_dimensions == dropped


def test_a_breach_is_said_once_and_without_its_value(caplog: pytest.LogCaptureFixture) -> None:
    from aso.propagation import crossing

    crossing._SAID.clear()
    for _ in range(3):
        arrival("app=" + "secret-" * 60)
    [record] = caplog.records
    assert record.getMessage() == (
        "aso: baggage came in that is no dimension: at most 8, values to 64 characters, none of them "
        "a control character; it was left out"
    )


def test_nothing_that_comes_in_is_believed_without_trust() -> None:
    with Arrival("team=them", str, Options(KEYS)) as found:
        assert (found.block, dict(current().received)) == (None, {})


def test_entering_a_block_again_lays_it_over_once() -> None:
    block = arrival("team=them").block
    assert block is not None
    enter(block, block)
    leave(block)
    assert dict(current().received) == {"team": "them"}
    leave(block)
    assert dict(current().received) == {}
