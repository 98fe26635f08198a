"""xai-sdk's client: what of its stubs a method calls; a made-up key, for no channel is opened by it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from aso.cli.coverage.reader import GRPC, Arguments
from aso.cli.coverage.walk import Client, Method
from aso.cli.coverage.walk import methods as methods_of_clients

_PACKAGE = "xai_sdk"
_BELOW = (f"{_PACKAGE}.client", f"{_PACKAGE}.sync.client")


def methods() -> list[Method]:
    """Return every public method of the sync client; the awaited one's are the same, awaited."""
    root = import_module(_PACKAGE).Client(api_key="none", management_api_key="none")
    try:
        client = Client(_PACKAGE, root, _carries, _sends, _BELOW, by_instance=True)
        return methods_of_clients([client])
    finally:
        root.close()


def _carries(value: Any) -> bool:
    return type(value).__module__.startswith(f"{_PACKAGE}.") and hasattr(value, "__dict__")


def _sends(callee: Any, arguments: Arguments) -> tuple[list[str], list[str]] | None:
    """Return the name of a stub's method, where that is what is called."""
    del arguments
    name = getattr(callee, "_method", None)
    if not isinstance(name, (bytes, str)):
        return None
    return [GRPC], [name.decode() if isinstance(name, bytes) else name]
