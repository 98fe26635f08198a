"""The SDKs that can be walked, and what was found in those that are installed."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from aso.cli.coverage import google, speakeasy, stainless
from aso.cli.coverage.states import SILENT, STATES, covered
from aso.cli.coverage.walk import Client, Method, methods
from aso.integrations import INTEGRATIONS
from aso.version import installed


class Sdk(NamedTuple):
    """One SDK: its name on the package index, and how the clients to walk are made."""

    distribution: str
    clients: Callable[[], list[Client]]


class Row(NamedTuple):
    """One request that a method can send; without one, ``request`` is None."""

    method: str
    http_method: str | None
    path: str | None
    operation: str | None
    coverage: str


SDKS: Mapping[str, Sdk] = {
    **{
        one.name: Sdk(one.distribution, partial(stainless.clients, one))
        for one in INTEGRATIONS.values()
        if one.capture.startswith("aso.capture.stainless:")
    },
    "google-genai": Sdk("google-genai", partial(google.clients, is_vertex=False)),
    "google-genai-vertex": Sdk("google-genai", partial(google.clients, is_vertex=True)),
    "mistral": Sdk("mistralai", speakeasy.MISTRAL.clients),
    "mistral-azure": Sdk("mistralai", speakeasy.MISTRAL_AZURE.clients),
    "mistral-gcp": Sdk("mistralai", speakeasy.MISTRAL_GCP.clients),
    "openrouter": Sdk("openrouter", speakeasy.OPENROUTER.clients),
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
        clients = SDKS[name].clients()
        found = methods(clients)
    rows = [row for method in found for row in rows_of(method, clients[0].provider)]
    return Survey(name, version(name) or "", tuple(rows))


def rows_of(method: Method, provider: str | None) -> list[Row]:
    """Return a row for each request that a method can send."""
    if not method.requests:
        return [Row(method.name, None, None, None, SILENT)]
    return [Row(method.name, *request, *covered(request, provider)) for request in method.requests]
