"""Every public method of an SDK's client and its resources, and what each sends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from aso.cli.coverage.reader import Reader, Request, Sends
from aso.cli.coverage.values import Values, class_of

_PROPERTIES = frozenset({"property", "cached_property"})


class Client(NamedTuple):
    """One client of an SDK.

    Attributes:
        package: the SDK's own package; what is written elsewhere is not read.
        root: the client.
        carries: tells whether an object is the client, or holds it.
        sends: tells what of the SDK sends, and where.
        below: modules of what every client can do by itself; these methods name no route.
        skipped: a name of the client that leads to another client, which is walked by itself.
        named: what a path ``/{name}`` begins with, by the resource; the caller's name says it.
        by_instance: True where resources are attributes of the object, not properties of its class.
        is_twin: tells a method that is another's under a second name, of all that are there.
    """

    package: str
    root: Any
    carries: Callable[[Any], bool]
    sends: Sends
    below: tuple[str, ...]
    skipped: str = ""
    named: Mapping[str, str] = MappingProxyType({})
    by_instance: bool = False
    is_twin: Callable[[str, list[str]], bool] = lambda _name, _names: False


class Method(NamedTuple):
    """One public method, by the name that users write, and what it can send.

    What a method returns may send, too: a connection, a chat, a runner. That counts as its own.
    """

    name: str
    requests: tuple[Request, ...]


def methods(clients: Sequence[Client]) -> list[Method]:
    """Return every public method, by name; one that only a later client has says which it is."""
    first, *others = clients
    found = {method.name: method for method in methods_of(first)}
    for other in others:
        only = [method for method in methods_of(other) if method.name not in found]
        for method in only:
            name = f"{method.name} (async)"
            found[name] = method._replace(name=name)
    return [found[name] for name in sorted(found)]


def methods_of(client: Client) -> Iterator[Method]:
    """Yield the public methods of one client, resource by resource."""
    for where, resource in _resources(client, client.root, ""):
        owner, names = class_of(resource), _public(class_of(resource))
        for name in names:
            static = inspect.getattr_static(owner, name)
            is_method = inspect.isfunction(static) and _is_walked(static, client)
            if is_method and not client.is_twin(name, names):
                reader = Reader(Values(client.package, client.carries), client.sends)
                found = reader.requests(getattr(resource, name))
                start = client.named.get(where, "")
                yield Method(f"{where}{name}", tuple(_named(one, start) for one in found))


def _named(request: Request, start: str) -> Request:
    if start and request.path.startswith("/{name}"):
        return request._replace(path=f"/{start}{request.path}")
    return request


def _resources(client: Client, holder: Any, where: str) -> Iterator[tuple[str, Any]]:
    yield where, holder
    for name in _public(holder):
        if name != client.skipped and _may_lead_on(class_of(holder), name, client):
            found = getattr(holder, name, None)  # a client that was never initialised
            if found is not client.root and client.carries(found):
                yield from _resources(client, found, f"{where}{name}.")


def _may_lead_on(owner: type[Any], name: str, client: Client) -> bool:
    """Tell whether a name is a property of the SDK's own, or set on the object where SDKs do so."""
    static = inspect.getattr_static(owner, name, None)
    if static is None:
        return client.by_instance
    return _kind(static) in _PROPERTIES and _is_walked(_getter(static), client)


def _public(holder: Any) -> list[str]:
    return [name for name in dir(holder) if not name.startswith(("_", "with_"))]


def _kind(static: Any) -> str:
    return type(static).__name__.rpartition("typed_")[2]


def _getter(static: Any) -> Any:
    return getattr(static, "func", None) or getattr(static, "fget", None)


def _is_walked(function: Any, client: Client) -> bool:
    return function.__module__ not in client.below
