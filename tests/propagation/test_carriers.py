"""What may carry, and by which options: told at once where it is wrong."""

from __future__ import annotations

from typing import Any

import celery
import httpx
import pytest
import requests
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders

import aso
from aso.context import current

KEYS = ["team"]
COMING = {"Baggage": "user=1,team=them"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "propagate() needs the keys that may cross, for nothing else does: pass keys=["),
        ({"keys": "team"}, "keys is of type str: pass a list, e.g. keys=["),
        ({"keys": {"team": "a"}}, "keys is of type dict: pass a list"),
        ({"keys": 7}, "keys is of type int: pass a list"),
        ({"keys": ["a b"]}, "keys has 'a b': a key that crosses is 1 to 32 letters"),
        ({"keys": ["k" * 33]}, "keys has 'kkk"),
        ({"keys": ["été"]}, "keys has '\\xe9t\\xe9'"),
        ({"keys": [""]}, "keys has ''"),
        ({"keys": [7]}, "keys has 7"),
        ({"keys": KEYS, "trust": "yes"}, "propagate() got trust='yes': pass True or False"),
        ({"keys": KEYS, "hosts": 1}, "propagate() got options ['hosts']: choose from ["),
    ],
)
def test_a_wrong_option_is_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(aso.ConfigError) as caught:
        aso.propagate(httpx.Client(), **options)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("wrong", [7, "team", None, print, httpx.Client, object(), lambda *a: a])
def test_what_cannot_carry_is_told(wrong: Any) -> None:
    with pytest.raises(aso.ConfigError, match="pass one of a client of httpx or httpx2"):
        aso.propagate(wrong, keys=KEYS)


@pytest.mark.parametrize(
    "carrier",
    [httpx.Client(), httpx.AsyncClient(), requests.Session(), celery.Celery(set_as_current=False)],
)
def test_a_carrier_carries_by_one_set_of_options(carrier: Any) -> None:
    assert aso.propagate(carrier, keys=KEYS) is carrier
    assert aso.propagate(carrier, keys=KEYS) is carrier
    with pytest.raises(aso.ConfigError, match=r"carries \['team'\] .* already, not \['app'\]"):
        aso.propagate(carrier, keys=["app"])


def test_an_application_is_not_wrapped_twice() -> None:
    app = aso.propagate(Starlette(), keys=KEYS, trust=True)
    assert aso.propagate(app, keys=KEYS, trust=True) is app
    with pytest.raises(aso.ConfigError, match="say all of it in one call"):
        aso.propagate(app, keys=["app"], trust=True)


def test_a_client_whose_inside_has_moved_is_told() -> None:
    class Client:
        """Has none of the methods that the real one has."""

    Client.__module__ = "httpx._client"
    with pytest.raises(aso.ConfigError, match="has no method _transport_for_url"):
        aso.propagate(Client(), keys=KEYS)


def test_a_subclass_carries_as_its_class_does() -> None:
    class Own(requests.Session):
        """A program's own."""

    assert "get_adapter" in vars(aso.propagate(Own(), keys=KEYS))


@pytest.mark.parametrize(
    "headers", [{}, httpx.Headers(), requests.structures.CaseInsensitiveDict(), MutableHeaders()]
)
def test_a_mapping_is_written_into(headers: Any) -> None:
    with aso.dimensions(team="search", user="alice"):
        assert aso.propagate(headers, keys=KEYS) is headers
    assert dict(headers) == {"baggage": "team=search"}


def test_what_a_mapping_has_is_kept_under_its_own_name() -> None:
    headers = {"Accept": "*/*", "BAGGAGE": "user=1"}
    with aso.dimensions(team="search"):
        aso.propagate(headers, keys=KEYS)
    assert headers == {"Accept": "*/*", "BAGGAGE": "user=1,team=search"}


def test_a_mapping_that_cannot_be_written_is_told() -> None:
    with aso.dimensions(team="search"), pytest.raises(aso.ConfigError, match="type Headers cannot"):
        aso.propagate(Headers(), keys=KEYS)


@pytest.mark.parametrize(
    "headers",
    [COMING, Headers(COMING), httpx.Headers(COMING), {"baggage": [b"user=1", b"team=them"]}],
)
def test_received_headers_are_in_force_for_a_block(headers: Any) -> None:
    with aso.propagate(headers, keys=KEYS, trust=True):
        assert dict(current().received) == {"team": "them"}
    assert dict(current().received) == {}


async def _inside(headers: Any) -> dict[str, str]:
    async with aso.propagate(headers, keys=KEYS, trust=True):
        return dict(current().received)


def test_received_headers_are_in_force_for_an_async_block() -> None:
    import asyncio

    assert asyncio.run(_inside(COMING)) == {"team": "them"}


def test_received_headers_are_not_believed_without_trust() -> None:
    with aso.propagate(dict(COMING), keys=KEYS, trust=False):
        assert dict(current().received) == {}


def test_nothing_is_touched_where_aso_is_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASO_DISABLED", "1")
    client, app = httpx.Client(), Starlette()
    assert aso.propagate(client, oops=7) is client
    assert "_transport_for_url" not in vars(client)
    assert aso.propagate(app, trust=True) is app
    with aso.propagate(COMING, trust=True):
        assert dict(current().received) == {}


def test_an_application_without_trust_is_as_it_was_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from aso.propagation import applications

    applications._SAID.clear()
    app = Starlette()
    assert aso.propagate(app, keys=KEYS) is app
    [record] = caplog.records
    assert "without trust=True: nothing that comes in is believed" in record.getMessage()
