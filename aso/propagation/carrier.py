"""What a kind of carrier declares, and how one object's method is stood in for."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from aso.errors import ConfigError
from aso.propagation.options import Options
from aso.watched import Watched


def same(carrier: Any) -> Any:
    """Return the carrier itself."""
    return carrier


class Carrier(NamedTuple):
    """One kind.

    Attributes:
        name: as messages say it.
        knows: whether an object is one; asked in the order of the table.
        carry: makes it carry; returns what the program goes on with.
        idle: returns what the program goes on with where nothing is to be touched (ASO_DISABLED).
    """

    name: str
    knows: Callable[[Any], bool]
    carry: Callable[[Any, Options], Any]
    idle: Callable[[Any], Any] = same


def instance_of(*names: str) -> Callable[[Any], bool]:
    """Return what knows instances by ``package.Class``, subclasses too: nothing is imported for it."""

    def knows(carrier: Any) -> bool:
        kinds = carrier.__class__.__mro__
        return any(
            f"{kind.__module__.partition('.')[0]}.{kind.__name__}" in names for kind in kinds
        )

    return knows


class Carrying(Watched):
    """The original, but for the methods that a subclass carries by."""

    def __init__(self, wrapped: Any, options: Options) -> None:
        super().__init__(wrapped)
        self._self_options = options


class StandIn:
    """One object's method, in the place of its class's: the others of the class are not touched.

    What is below is asked for at each call: a class that is patched later, by us too, is still heard.
    """

    def __init__(self, owner: Any, name: str, options: Options) -> None:
        self._owner: Callable[[], Any] = weakref.ref(
            owner
        )  # the owner holds this: a cycle would outlive it
        self._name = name
        self._before = _own(owner, name)
        self.options = options

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do what the method does, and carry."""
        raise NotImplementedError

    def original(self, *args: Any, **kwargs: Any) -> Any:
        """Do what the method does without this."""
        if self._before is not None:
            return self._before(*args, **kwargs)
        owner = self._owner()
        return getattr(owner.__class__, self._name)(owner, *args, **kwargs)


def stand_in(owner: Any, name: str, kind: type[StandIn], options: Options) -> None:
    """Put a stand-in on the object; an equal one that is there stays.

    Raises:
        ConfigError: it has no such method, or one that carries by other options.
    """
    found = _own(owner, name)
    its_class: type = owner.__class__
    if isinstance(found, kind):
        expect_same(found.options, options)
    elif callable(getattr(its_class, name, None)):
        setattr(owner, name, kind(owner, name, options))
    else:
        raise ConfigError(
            f"{its_class.__module__}.{its_class.__name__} has no method {name}: this version is not "
            "known; write the header yourself: aso.propagate(headers, keys=[...])"
        )


def _own(owner: Any, name: str) -> Any:
    return cast("dict[str, Any]", vars(owner)).get(name)


def expect_same(current: Options, wanted: Options) -> None:
    """Raise where a carrier carries by other options already.

    Raises:
        ConfigError: it does.
    """
    if current != wanted:
        raise ConfigError(
            f"this carrier carries {sorted(current.keys)} (trust={current.trust}) already, not "
            f"{sorted(wanted.keys)} (trust={wanted.trust}): say all of it in one call"
        )
