"""Homes that cannot be written to, disks that are full: calls go on, and nothing is lost silently."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.processes.running import home, launch, mounted, run
from tests.sinks.ingest_server import KEY, IngestServer

_HIDE_USERS = """
mount --bind /dev/null /etc/passwd && mount --bind /dev/null /etc/nsswitch.conf && exec "$@"
"""
_CLOSE_ROOT = 'mount -o remount,bind,ro / 2> /dev/null && exec "$@"'


@pytest.fixture
def ingest() -> Iterator[IngestServer]:
    with IngestServer() as server:
        yield server


def received(server: IngestServer) -> list[str]:
    """Return the generation ids of the events that the endpoint kept."""
    return sorted(event["generation_id"] for event in server.events.values())


def test_on_a_read_only_home_calls_go_on_and_what_is_not_delivered_is_said(url: str) -> None:
    with mounted(home(), "ro"):
        *lines, stats = run("plain_and_stats", url)

    assert len(lines) == 3
    assert stats == "0 3 0 0"  # delivered, pending, dropped, internal errors


def test_on_a_read_only_home_the_ingest_endpoint_gets_everything(
    url: str, ingest: IngestServer
) -> None:
    with mounted(home(), "ro"):
        lines = run("plain", url, ASO_API_KEY=KEY, ASO_ENDPOINT=ingest.url)

    assert received(ingest) == sorted(lines)


def test_on_a_read_only_root_with_a_volume_all_is_journaled_and_shipped(
    url: str, ingest: IngestServer
) -> None:
    there = {"ASO_ENDPOINT": ingest.url, "ASO_API_KEY": KEY}
    with mounted(home(), "size=20m"):
        application = ["-m", "tests.processes.calls", "plain", url]
        lines = run_read_only(application, **there, ASO_DELIVERY="ship")
        assert received(ingest) == []
        said = run_read_only(["-m", "aso", "ship", "--watch", str(home()), "--once"], **there)
    assert "3 delivered" in said[1]
    assert received(ingest) == sorted(lines)


def run_read_only(arguments: list[str], **changes: str) -> list[str]:
    """Run Python where nothing but mounts of their own can be written."""
    closed = ["unshare", "-m", "sh", "-c", _CLOSE_ROOT, "sh"]
    probe = [*closed, "sh", "-c", "! touch /probe"]
    if not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    with launch([*closed, sys.executable, *arguments], **changes) as process:
        lines = process.communicate()[0].splitlines()
    assert process.returncode == 0
    return lines


def test_a_disk_that_fills_up_loses_nothing_for_the_ingest_endpoint(
    url: str, ingest: IngestServer
) -> None:
    with mounted(home(), "size=400k"):
        lines = run("fill_the_disk", url, ASO_API_KEY=KEY, ASO_ENDPOINT=ingest.url)

    assert not set(lines) - {str(event["generation_id"]) for event in ingest.events.values()}
    assert len(ingest.events) == len(lines) + 1_000


def test_without_any_home_calls_go_on_and_are_counted(url: str) -> None:
    *lines, said = run_without_home("no_home", url)

    assert said == "1 counted"
    assert len(lines) == 1


def test_without_any_home_the_ingest_endpoint_gets_everything(
    url: str, ingest: IngestServer
) -> None:
    lines = run_without_home("plain", url, ASO_API_KEY=KEY, ASO_ENDPOINT=ingest.url)

    assert len(lines) == 3
    assert received(ingest) == sorted(lines)


def run_without_home(role: str, url: str, **changes: str) -> list[str]:
    """Run with neither HOME nor ASO_HOME, as a user that the system does not know."""
    hidden = ["unshare", "-m", "sh", "-c", _HIDE_USERS, "sh"]
    unknown = [*hidden, "sh", "-c", "! getent passwd 0"]
    if not shutil.which("unshare") or subprocess.run(unknown, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    command = [*hidden, sys.executable, "-m", "tests.processes.calls", role, url]
    with launch(command, HOME=None, ASO_HOME=None, **changes) as process:
        lines = process.communicate()[0].splitlines()
    assert process.returncode == 0
    return lines


def test_an_endpoint_that_refuses_connections_keeps_the_calls_for_the_next_process(
    url: str,
) -> None:
    down = IngestServer()  # takes the port, to be sure that nobody listens there
    down._server.server_close()
    lines = run("plain", url, ASO_API_KEY=KEY, ASO_ENDPOINT=down.url)

    with IngestServer(down._server.server_address[1]) as up:
        lines += run("plain", url, ASO_API_KEY=KEY, ASO_ENDPOINT=up.url)
        assert received(up) == sorted(lines)
