"""What is read from the SDKs' sources is what their methods really send."""

from __future__ import annotations

from functools import cache

import pytest

from aso.cli.coverage import speakeasy, stainless
from aso.cli.coverage.reader import Request
from aso.cli.coverage.walk import methods, methods_of
from tests.coverage.calling import client_of, first_request, is_among, raise_sent

STAINLESS = (
    *("openai", "anthropic", "groq", "cerebras.cloud.sdk"),
    *("fireworks", "perplexity", "together"),
)
CLIENTS = {"mistralai.client": speakeasy.MISTRAL, "openrouter": speakeasy.OPENROUTER}
each_stainless = pytest.mark.parametrize("package", STAINLESS)
each_package = pytest.mark.parametrize("package", [*STAINLESS, *CLIENTS])


@cache
def read(package: str, *, is_async: bool = False) -> dict[str, tuple[Request, ...]]:
    if package in CLIENTS:
        client = CLIENTS[package].clients()[0]
    else:
        client = stainless.client(package, is_async=is_async)
    return {one.name: one.requests for one in methods_of(client) if one.requests}


@each_package
def test_what_a_method_sends_is_what_was_read(package: str) -> None:
    known, client = read(package), client_of(package, raise_sent)
    sent = {name: first_request(client, name) for name in known}
    called = {name: request for name, request in sent.items() if request is not None}
    assert {name: one for name, one in called.items() if not is_among(one, known[name])} == {}
    assert len(called) > 2 / 3 * len(known)  # the others check their arguments first


@each_stainless
def test_the_async_client_sends_what_the_sync_one_does(package: str) -> None:
    sync, asynchronous = read(package), read(package, is_async=True)
    differ = {
        name: set(requests) ^ set(asynchronous.get(name, ()))
        for name, requests in sync.items()
        if set(requests) != set(asynchronous.get(name, ()))
    }
    assert differ == {}


@pytest.mark.parametrize("package", CLIENTS)
def test_an_awaited_method_sends_what_the_one_beside_it_does(package: str) -> None:
    [client] = CLIENTS[package].clients()
    both = methods_of(client._replace(is_twin=lambda _name, _names: False))
    found = {one.name: set(one.requests) for one in both}
    pairs = {name: f"{name}_async" for name in found if f"{name}_async" in found}
    assert {one: found[one] for one, other in pairs.items() if found[one] != found[other]} == {}
    assert len(pairs) > len(found) / 3


@each_package
def test_every_path_is_read_to_its_end(package: str) -> None:
    paths = {request.path for requests in read(package).values() for request in requests}
    assert [path for path in paths if path.startswith("/{")] == []


def test_a_method_that_only_the_async_client_has_says_so() -> None:
    found = {one.name for one in methods(stainless.clients("anthropic")) if "(async)" in one.name}
    assert "beta.sessions.events.tool_runner (async)" in found
