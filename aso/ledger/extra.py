"""What compacted history needs and the core does not: the extra ``analytics``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from aso.ledger.errors import LedgerError


def needed(name: str, purpose: str) -> Any:
    """Return a module of the extra.

    Args:
        name: of the module.
        purpose: what cannot be done without it: a half sentence.

    Raises:
        LedgerError: it is not installed; says the way out.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise LedgerError(
            f"{purpose} needs {name.partition('.')[0]}: pip install 'aispendops[analytics]'"
        ) from error
