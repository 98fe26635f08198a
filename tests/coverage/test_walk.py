"""What is read from the SDKs' sources is what their methods really send."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from aso.cli.coverage import stainless
from aso.cli.coverage.reader import Request
from aso.cli.coverage.values import NOTHING, Scope, Values
from aso.cli.coverage.walk import methods, methods_of
from aso.hook import Integration
from aso.integrations import INTEGRATIONS
from tests.coverage.calling import (
    SPEAKEASY,
    STAINLESS,
    client_of,
    each_sdk,
    first_request,
    is_among,
    raise_sent,
)

each_pair = pytest.mark.parametrize(
    "sdk", [one for one in STAINLESS if len(stainless.names(one)) > 1], ids=lambda sdk: sdk.name
)


@cache
def read(sdk: Integration, place: int = 0) -> dict[str, tuple[Request, ...]]:
    if sdk.name in SPEAKEASY:
        [client] = SPEAKEASY[sdk.name].clients()
    else:
        client = stainless.client(sdk, stainless.names(sdk)[place])
    return {one.name: one.requests for one in methods_of(client) if one.requests}


@each_sdk
def test_what_a_method_sends_is_what_was_read(sdk: Integration) -> None:
    known, client = read(sdk), client_of(sdk, raise_sent)
    sent = {name: first_request(client, name) for name in known}
    called = {name: request for name, request in sent.items() if request is not None}
    assert {name: one for name, one in called.items() if not is_among(one, known[name])} == {}
    assert len(called) > 2 / 3 * len(known)  # the others check their arguments first


@each_pair
def test_the_async_client_sends_what_the_sync_one_does(sdk: Integration) -> None:
    sync, asynchronous = read(sdk), read(sdk, -1)
    differ = {
        name: set(requests) ^ set(asynchronous.get(name, ()))
        for name, requests in sync.items()
        if set(requests) != set(asynchronous.get(name, ()))
    }
    assert differ == {}


@pytest.mark.parametrize("name", SPEAKEASY)
def test_an_awaited_method_sends_what_the_one_beside_it_does(name: str) -> None:
    [client] = SPEAKEASY[name].clients()
    both = methods_of(client._replace(is_twin=lambda _name, _names: False))
    found = {one.name: set(one.requests) for one in both}
    pairs = {name: f"{name}_async" for name in found if f"{name}_async" in found}
    assert {one: found[one] for one, other in pairs.items() if found[one] != found[other]} == {}
    assert len(pairs) > len(found) / 3


@each_sdk
def test_every_path_is_read_to_its_end(sdk: Integration) -> None:
    paths = {request.path for requests in read(sdk).values() for request in requests}
    assert [path for path in paths if path.startswith("/{")] == []


def test_a_method_that_only_the_async_client_has_says_so() -> None:
    found = {
        one.name
        for one in methods(stainless.clients(INTEGRATIONS["anthropic"]))
        if "(async)" in one.name
    }
    assert "beta.sessions.events.tool_runner (async)" in found


def test_what_lacks_an_extra_is_read_all_the_same() -> None:
    class Missing:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    scope = Scope(client_of, {"numpy": Missing()}, {}, NOTHING)
    node = ast.parse("numpy.array", mode="eval").body
    assert Values("openai", lambda value: False).of(node, scope) is NOTHING
