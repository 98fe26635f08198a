"""Mappings of headers: written into where they are to be sent; read where they came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.errors import ConfigError
from aso.propagation.baggage import HEADER, text_of
from aso.propagation.carrier import Carrier
from aso.propagation.crossing import Arrival, guard, outgoing, write
from aso.propagation.options import Options

_MAPPINGS: tuple[Any, ...] = (Mapping,)


def _inject(headers: Any, options: Options) -> Any:
    dims: Mapping[str, str] = {}
    with guard():
        dims = outgoing(options)
    try:
        write(headers, dims)
    except TypeError as error:
        raise ConfigError(
            f"headers of type {headers.__class__.__name__} cannot be written: pass a dict to send "
            "them; to read what came in, say whether it is believed: trust=True"
        ) from error
    return headers


def _extract(headers: Any, options: Options) -> Arrival:
    return Arrival(headers, _header_of, options)


def _header_of(headers: Any) -> str:
    return text_of([value for name, value in headers.items() if text_of(name).lower() == HEADER])


def _nothing(headers: Any) -> Arrival:
    return Arrival(headers, _header_of, Options(frozenset()))


def _is_mapping(carrier: Any) -> bool:
    """Return whether it is a mapping of headers, also one of werkzeug's, which is registered as none."""
    is_like_one = hasattr(carrier, "__getitem__") and hasattr(carrier, "items")
    return (isinstance(carrier, _MAPPINGS) or is_like_one) and not callable(carrier)


SENT = Carrier("a mapping of headers to send", _is_mapping, _inject)
RECEIVED = Carrier(
    "a mapping of received headers (with trust=)", _is_mapping, _extract, idle=_nothing
)
