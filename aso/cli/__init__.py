"""The ``aso`` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from aso.cli.arguments import parser
from aso.errors import AsoError

_OK, _USAGE = 0, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0: fine, 1: a problem was found, 2: the arguments are wrong."""
    parsed = parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except AsoError as error:
        print(f"aso: {error}", file=sys.stderr)
        return _USAGE
    except BrokenPipeError:  # the reader has seen enough: `aso tail | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _OK
    except KeyboardInterrupt:
        return _OK
