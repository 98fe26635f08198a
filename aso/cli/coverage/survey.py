"""The SDKs that can be walked, and what was found in those that are installed."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from aso.cli.coverage import aws, google, litellm, speakeasy, stainless, xai
from aso.cli.coverage.states import SILENT, STATES, covered
from aso.cli.coverage.walk import Client, Method, methods
from aso.integrations import INTEGRATIONS
from aso.version import installed


class Sdk(NamedTuple):
    """One SDK: its name on the package index, who gets what it sends, and how its methods are read."""

    distribution: str
    provider: str
    methods: Callable[[], list[Method]]


class Row(NamedTuple):
    """One request that a method can send; without one, ``request`` is None."""

    method: str
    http_method: str | None
    path: str | None
    operation: str | None
    coverage: str


def _walked(distribution: str, provider: str, clients: Callable[[], list[Client]]) -> Sdk:
    return Sdk(distribution, provider, lambda: methods(clients()))


SDKS: Mapping[str, Sdk] = {
    **{
        one.name: _walked(one.distribution, one.name, partial(stainless.clients, one))
        for one in INTEGRATIONS.values()
        if one.capture.startswith("aso.capture.stainless:")
    },
    "google-genai": _walked("google-genai", "google", partial(google.clients, is_vertex=False)),
    "google-genai-vertex": _walked(
        "google-genai", "vertex", partial(google.clients, is_vertex=True)
    ),
    **{
        name: _walked(one.distribution, one.provider, one.clients)
        for name, one in speakeasy.CLIENTS.items()
    },
    "boto3": Sdk("boto3", "bedrock", aws.methods),
    "xai": Sdk("xai-sdk", "xai", xai.methods),
    "litellm": Sdk("litellm", "", litellm.methods),
}


class Survey(NamedTuple):
    """What one SDK has: a row for each request of each method."""

    sdk: str
    version: str
    rows: tuple[Row, ...]

    def counts(self) -> dict[str, int]:
        """Return how many methods there are in each state; each counts once, by its least."""
        least: dict[str, str] = {}
        for row in self.rows:
            known = least.setdefault(row.method, row.coverage)
            least[row.method] = min(known, row.coverage, key=STATES.index)
        found = Counter(least.values())
        return {state: found[state] for state in STATES}


def version(name: str) -> str | None:
    """Return the installed version of an SDK; None where it is not installed."""
    return installed(SDKS[name].distribution)


def survey(name: str) -> Survey:
    """Walk one installed SDK."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an SDK says of some resources that they are experimental
        found = SDKS[name].methods()
    rows = [row for method in found for row in rows_of(method, SDKS[name].provider)]
    return Survey(name, version(name) or "", tuple(rows))


def rows_of(method: Method, provider: str) -> list[Row]:
    """Return a row for each request that a method can send."""
    if not method.requests:
        return [Row(method.name, None, None, None, SILENT)]
    return [Row(method.name, *request, *covered(request, provider)) for request in method.requests]
