"""``aso coverage``: of each installed SDK, what can bill, and whether it is metered."""

from __future__ import annotations

import sys
from argparse import Namespace

from aso.cli.coverage import formats
from aso.cli.coverage.survey import SDKS, Survey, survey, version
from aso.errors import ConfigError
from aso.guard import attempt

_FORMATS = {"table": formats.as_table, "json": formats.as_json}


def coverage(arguments: Namespace) -> int:
    """Print every method of the installed SDKs, or of one; 1 where one cannot be read."""
    found: list[Survey] = []
    code = 0
    for name in _names(arguments.sdk):
        error = attempt(lambda one: found.append(survey(one)), name)
        if error is not None:
            cause = f"{type(error).__name__}: {error}"
            print(f"aso: {name} {version(name)} cannot be read: {cause}", file=sys.stderr)
            code = 1
    if found or code == 0:
        print(_FORMATS[arguments.format](found))
    return code


def _names(asked: str | None) -> list[str]:
    """Return the SDKs to walk: the one asked for, or all that are installed."""
    if asked is None:
        return [name for name in SDKS if version(name) is not None]
    if asked not in SDKS:
        raise ConfigError(f"--sdk is {asked!r}: write one of {', '.join(SDKS)}")
    if version(asked) is None:
        wanted = SDKS[asked].distribution
        raise ConfigError(f"--sdk is {asked!r}, which is not installed: pip install {wanted}")
    return [asked]
