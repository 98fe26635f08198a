"""The ``aso`` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from aso.cli.arguments import parser
from aso.cli.running import USAGE, program
from aso.dimension_rules import is_text
from aso.errors import AsoError, ConfigError
from aso.ledger import LedgerError

_OK, _PROBLEM, _USAGE, _INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0: fine, 1: a problem was found, 2: the arguments are wrong."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] == "run":
        return _run(given[1:])
    parsed = parser().parse_args(given)
    try:
        _expect_text(given)
        _show_any_text()
        code = int(parsed.run(parsed))
        print(end="", flush=True)  # so that what is wrong with the output is noticed here
    except LedgerError as error:
        return _said(error, _PROBLEM)
    except AsoError as error:
        return _said(error, _USAGE)
    except OSError as error:
        if error.filename is not None:  # of a file that has a name: not the output's
            raise
        return _without_output(error)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _run(arguments: Sequence[str]) -> int:
    """Run a program: what is wrong before it starts is ours to say, all after is its own."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return _OK
    try:
        start = program(arguments)
    except ConfigError as error:
        return _said(error, _USAGE)
    start()
    return _OK


def _without_output(error: OSError) -> int:
    """Let what is left to write go nowhere, where it cannot fail again; say why, and the code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):  # the reader has seen enough: `aso export | head`
        return _OK
    print(f"aso: the output cannot be written: {error.strerror}", file=sys.stderr)
    return _PROBLEM


def _expect_text(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if not is_text(argument):
            raise ConfigError(f"argument {argument!r} is not Unicode text: write it in UTF-8")


def _show_any_text() -> None:
    """Let a terminal or file of a narrow encoding show what it can, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _said(error: AsoError, code: int) -> int:
    print(f"aso: {error}", file=sys.stderr)
    return code
