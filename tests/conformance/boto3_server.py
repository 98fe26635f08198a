"""Bedrock's server of `tests/boto3_sdk`, one for all scenarios, and clients of it at a time that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import boto3
import botocore.auth
import botocore.endpoint
import pytest
from botocore.config import Config
from botocore.retries.standard import ExponentialBackoff

from tests.boto3_sdk.scripted import MODEL, QUESTION, Script
from tests.serving import serving

BODY = b'{"max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}'
SESSION = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none")


class Loopback:
    """One server for all scenarios: requests are signed, and its address with them."""

    def __init__(self) -> None:
        self._script = Script(None)

    def __call__(self, *answers: Any) -> Script:
        self._script.answers, self._script.requests = list(answers), []
        return self._script

    @contextmanager
    def around(self) -> Iterator[None]:
        """Serve, at a time that stands still: signatures and identifiers are compared, too."""
        now = datetime(2026, 11, 26, tzinfo=timezone.utc)
        with serving(self._script), pytest.MonkeyPatch.context() as patch:
            patch.setattr(botocore.auth, "get_current_datetime", lambda: now)
            patch.setattr(botocore.endpoint.uuid, "uuid4", lambda: "one")
            patch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0)
            yield


def client_of(script: Script, **options: Any) -> Any:
    """Return a client of Bedrock's runtime at the script's server."""
    options = {"retries": {"max_attempts": 2, "mode": "standard"}, **options}
    return SESSION.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=f"http://{script.host}",
        config=Config(**options),
    )


def ask(client: Any) -> Any:
    return client.converse(modelId=MODEL, messages=QUESTION)


def streamed(client: Any) -> Any:
    return client.converse_stream(modelId=MODEL, messages=QUESTION)["stream"]


def invoked(client: Any) -> Any:
    return client.invoke_model(modelId=MODEL, body=BODY)["body"]


def connections(client: Any) -> list[Any]:
    """Return how many connections were made, and how many wait to be used again."""
    manager = client._endpoint.http_session._manager
    pools = [manager.pools[key] for key in list(manager.pools._container)]
    idle = [sum(one is not None for one in pool.pool.queue) for pool in pools if pool.pool]
    return [[pool.num_connections for pool in pools], idle]
