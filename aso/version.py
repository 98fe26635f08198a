"""The one place where the version stands, and where others' are asked for."""

from __future__ import annotations

import sys

__version__ = "0.1.0"


def installed(distribution: str) -> str | None:
    """Return the version of a distribution; None where it is not installed, or vendored.

    A module of the standard library has the interpreter's own.
    """
    if distribution.partition(".")[0] in sys.stdlib_module_names:
        return sys.version.partition(" ")[0].rstrip("+")
    from importlib import metadata  # rarely needed: kept off the import path

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
