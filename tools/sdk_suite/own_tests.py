"""What a row of the tables says: how one distribution's own tests are run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class OwnTests(NamedTuple):
    """How one version's own tests are run.

    Attributes:
        needs: what its environment has: the pins of its own lock file, or its ranges.
        where: the files or folders of its source distribution that are run.
        asked: what pytest is asked beside; what is left out says why.
        environment: variables that they want.
        module: the SDK whose routes the mock server answers; empty: as the distribution is named.
        takes_all: whether aso is to take each request for a provider's, so that the hooks of a client
            are at work in tests that ask none.
        is_pythons: whether they are the standard library's, and no source distribution has them.
    """

    needs: tuple[str, ...]
    where: tuple[str, ...] = ("tests",)
    asked: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    module: str = ""
    takes_all: bool = False
    is_pythons: bool = False
