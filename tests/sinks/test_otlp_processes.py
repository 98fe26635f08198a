"""The OTLP sink in a program: through the journal, over failures, over a fork, at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import aso
from aso.sinks import OtlpSink
from tests.sinks.otlp_receiver import GrpcReceiver, HttpReceiver, Receiver

ALL = ("spans", "metrics", "logs")
PROTOCOLS = {"http/protobuf": HttpReceiver, "grpc": GrpcReceiver}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with HttpReceiver() as found:
        yield found


def test_an_outage_loses_nothing_and_counts_nothing_twice(receiver: Receiver) -> None:
    receiver.refused = {"/v1/traces", "/v1/metrics"}
    sink = OtlpSink(receiver.url, signals=ALL, timeout_s=0.2)
    with aso.instrument(sinks=[sink]) as running:
        ids = [recorded().event_id for _ in range(3)]
        assert running.flush(1.0) is False
        receiver.refused = {"/v1/metrics"}
        assert running.flush(1.0) is False
        receiver.refused = set()
        assert running.flush(5.0)
    assert [span["attributes"]["aso.event_id"] for span in receiver.spans] == ids
    assert [log["attributes"]["aso.event_id"] for log in receiver.logs] == ids
    assert [calls["value"] for calls in receiver.latest("aso.calls")] == [3]


def test_the_next_process_delivers_what_one_could_not(receiver: Receiver, tmp_path: Path) -> None:
    receiver.refused = {"/v1/traces"}
    first = ran(receiver, "print(recorded(), flush=True); aso.flush(0.3); os._exit(9)", tmp_path)
    receiver.refused = set()
    second = ran(receiver, "print(recorded(), flush=True); assert aso.flush(5)", tmp_path)
    ids = [span["attributes"]["aso.event_id"] for span in receiver.spans]
    assert sorted(ids) == sorted([first, second])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_forked_child_has_connections_and_sums_of_its_own(protocol: str, tmp_path: Path) -> None:
    program = """
        recorded(); assert aso.flush(5)
        if os.fork() == 0:
            recorded(); assert aso.flush(5); aso.shutdown(); os._exit(0)
        assert os.wait()[1] == 0
        recorded(); assert aso.flush(5)
    """
    with PROTOCOLS[protocol]() as receiver:
        ran(receiver, program, tmp_path, protocol)
    assert len({span["span_id"] for span in receiver.spans}) == len(receiver.spans) == 3
    instances = [span["resource"]["service.instance.id"] for span in receiver.spans]
    assert instances[0] == instances[2] != instances[1]
    sums = [point["value"] for point in receiver.points if point["name"] == "aso.calls"]
    assert sums == [1, 1, 2]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_end_of_a_program_sends_what_is_left(protocol: str, tmp_path: Path) -> None:
    with PROTOCOLS[protocol]() as receiver:
        told = ran(receiver, "print(recorded())", tmp_path, protocol)
        assert [span["attributes"]["aso.event_id"] for span in receiver.spans] == [told]


def recorded() -> aso.Event:
    return aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": 5})


def ran(receiver: Receiver, program: str, home: Path, protocol: str = "http/protobuf") -> str:
    """Run a program with the sink in a process of its own; return the last line that it printed."""
    head = f"""
        import os
        import aso
        from aso.sinks import OtlpSink
        aso.instrument(
            sinks=[OtlpSink({receiver.url!r}, protocol={protocol!r}, timeout_s=2)]
        )
        def recorded():
            usage = {{"prompt_tokens": 5}}
            return aso.record(provider="openai", model="gpt-5.4", usage=usage).event_id
    """
    code = textwrap.dedent(head) + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "ASO_HOME": str(home)},
    )
    assert done.returncode in {0, 9}, done.stderr
    return (done.stdout.split() or [""])[-1]
