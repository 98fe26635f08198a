"""Exchanges as providers' own pages show them: what each event must say of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from aso.testing import capture_events
from tests.documented.replay import (
    exchanges,
    expected,
    said,
    send_by_httpx,
    send_by_openai,
    speaks_chat,
)

EXCHANGES = list(exchanges())
CHATS = [one for one in EXCHANGES if speaks_chat(one)]
PAGE = re.compile(r"https://[\w.-]+/\S+")


def _named(exchange: dict[str, Any]) -> str:
    return str(exchange["name"])


def _check(exchange: dict[str, Any], send: Callable[[dict[str, Any]], str | None]) -> None:
    with capture_events() as events:
        error = send(exchange)
    (event,) = events
    wanted = expected(exchange) | {"error_type": error}
    assert said(event, wanted) == wanted


@pytest.mark.parametrize("exchange", EXCHANGES, ids=_named)
def test_a_plain_http_client_s_event_says_what_the_page_shows(exchange: dict[str, Any]) -> None:
    _check(exchange, send_by_httpx)


@pytest.mark.parametrize("exchange", CHATS, ids=_named)
def test_the_openai_sdk_s_event_says_what_the_page_shows(exchange: dict[str, Any]) -> None:
    _check(exchange, send_by_openai)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=_named)
def test_an_exchange_names_its_page_the_day_it_was_read_and_whose_values_it_has(
    exchange: dict[str, Any],
) -> None:
    assert PAGE.fullmatch(exchange["page"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", exchange["read"])
    assert exchange["values"] in {"page", "ours"}
    assert exchange["kind"] in {"plain", "stream", "cached", "error"}
    assert exchange["expected"]["provider"] == exchange["provider"]
