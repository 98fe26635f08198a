"""The only reader of os.environ; and where aso keeps its files."""

from __future__ import annotations

import os
from pathlib import Path

from aso.errors import ConfigError


def from_environment(name: str) -> str | None:
    """Return what a variable says; None where it says nothing."""
    return os.environ.get(name) or None  # noqa: TID251 — this module's purpose


def home() -> Path | None:
    """Return where aso keeps its files: ASO_HOME, else ~/.aso; None where there is no home.

    Raises:
        ConfigError: ASO_HOME cannot be a path.
    """
    chosen = from_environment("ASO_HOME")
    try:
        return Path(chosen).expanduser().absolute() if chosen else Path.home() / ".aso"
    except (RuntimeError, OSError) as error:  # no such user, no home, no working directory
        if chosen is None:
            return None
        raise ConfigError(
            f"ASO_HOME is {chosen!r}, which is no path here ({error}): "
            "write an absolute path that this process may write to"
        ) from error


def move_home(path: Path) -> None:
    """Be at home there from now on: for a command that looks after another program's files."""
    os.environ["ASO_HOME"] = str(path)  # noqa: TID251 — this module's purpose
