"""The journals of other processes: read along while they live, adopted once they are dead.

For ``aso ship``: what is here is read by a Shipper like a process's own journal.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeGuard

from aso.guard import say
from aso.journal import upkeep
from aso.journal.bounds import Bounds
from aso.journal.chain import Chain, Cursor
from aso.journal.contract import Mark
from aso.journal.followed import Followed, follow
from aso.journal.owner import SUFFIX, slot_name
from aso.journal.reader import ChainReader

_LOOK_S = 0.5  # between looks for new processes
_BOUNDS_S = 5.0
_ADOPTED_AT_ONCE = 32
_WAY_OUT = "aso ship delivers as the user that journals there"


class Watched:
    """One destination's folder."""

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        self.chains: list[Chain] = []
        self._folder = folder
        self._bounds = bounds
        self._known: set[str] = set()  # in hand, or dead and owed to others alone
        self._counted = 0
        self._bounds_at = 0.0

    @property
    def dropped(self) -> int:
        """Records that were given up here, over a bound."""
        return self._counted + self._bounds.lost + sum(chain.lost for chain in self.chains)

    def look(self, names: Sequence[str]) -> int:
        """Read along, let go of what is delivered, find what is new; return how many that are."""
        for chain in self.chains:
            if isinstance(chain, Followed):
                chain.look(names)
            chain.collect()
        self.chains = [chain for chain in self.chains if not self._is_done(chain)]
        new = self._found(names)
        self.chains = [*self.chains, *new]
        if time.monotonic() >= self._bounds_at:
            self._bounds_at = time.monotonic() + _BOUNDS_S
            self._keep_bounds()
        return len(new)

    def close(self) -> None:
        """Let go of everything; what is not delivered waits for the next one."""
        for chain in self.chains:
            self._let_go(chain)
        self.chains = []
        self._bounds.tell(self.dropped)

    def _found(self, names: Sequence[str]) -> list[Chain]:
        owners = sorted(self._folder.glob(f"*{SUFFIX}"))
        self._known &= {path.stem for path in owners}
        self._known |= {chain.stem for chain in self.chains}
        dead = [chain for chain in self.chains if not isinstance(chain, Followed)]
        new = upkeep.adopt(self._folder, names, self._known, _ADOPTED_AT_ONCE - len(dead))
        known = self._known | {chain.stem for chain in new}
        others = [path for path in owners if path.stem not in known]
        return [*new, *filter(None, (follow(path, names) for path in others))]

    def _keep_bounds(self) -> None:
        """Keep the bounds for the dead; who lives keeps them itself."""
        self._bounds.keep_age(self.chains)
        self._bounds.keep_size(self.chains)
        self._bounds.tell(self.dropped)

    def _is_done(self, chain: Chain) -> bool:
        if _lives(chain):
            is_done = chain.is_gone()
        else:
            is_done = not any(cursor.is_behind() for cursor in chain.cursors.values())
        if is_done:
            self._let_go(chain)
        return is_done

    def _let_go(self, chain: Chain) -> None:
        if _lives(chain):
            chain.leave()
        else:
            upkeep.release(chain)
        self._counted += chain.lost


def _lives(chain: Chain) -> TypeGuard[Followed]:
    return isinstance(chain, Followed) and not chain.is_over


class Watch:
    """What other processes' journals in a home directory owe to the sinks that read here.

    Args:
        home: the ASO_HOME of those processes.
        max_bytes: how large a destination's folder may be once its processes are dead.
        max_age_s: how old what they left may be, in seconds.

    Attributes:
        closed: folders that we may not look into: another user's.
    """

    def __init__(self, home: Path, *, max_bytes: int, max_age_s: float) -> None:
        self._home = home
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._names: list[str] = []
        self._folders: dict[Path, Watched] = {}
        self._upkeep = threading.Lock()
        self._look_at = 0.0
        self._said: dict[str, float] = {}
        self.closed: set[Path] = set()

    @property
    def dropped(self) -> int:
        """Records that were given up while watching, over a bound."""
        return sum(watched.dropped for watched in list(self._folders.values()))

    def reader(self, name: str, *, durable: bool = True) -> WatchReader:
        """Return the place of a sink; one that is not durable sees nothing: it has no place."""
        if durable:
            self._names.append(slot_name(name))
        return WatchReader(self, slot_name(name))

    def listen(self, started: Callable[[], None]) -> None:
        """Have ``started`` called: there may be something to read from the first moment."""
        started()

    def mark(self) -> Mark:
        """Look, and return the present ends of all that there is."""
        self.look()
        return {chain.stem: _end(chain) for chain in self.chains()}

    def maintain(self) -> None:
        """Background: look now and then."""
        if time.monotonic() >= self._look_at:
            self.look()

    def look(self) -> int:
        """Find what there is to read; return how many processes are new among it."""
        with self._upkeep:
            self._look_at = time.monotonic() + _LOOK_S
            return sum(watched.look(self._names) for watched in self._all())

    def chains(self) -> list[Chain]:
        """Return what there is to read; another one first each time, so that none is starved."""
        found = [chain for watched in list(self._folders.values()) for chain in watched.chains]
        first = time.monotonic_ns() % len(found) if found else 0
        return found[first:] + found[:first]

    def close(self) -> None:
        """Let go of everything; what is not delivered waits for the next one."""
        with self._upkeep:
            for watched in self._folders.values():
                watched.close()

    def _all(self) -> list[Watched]:
        for folder in self._listed(self._home / "journal") or ():
            if folder not in self._folders and self._listed(folder) is not None:
                bounds = Bounds(folder, self._max_bytes, self._max_age_s)
                self._folders[folder] = Watched(folder, bounds)
        return list(self._folders.values())

    def _listed(self, folder: Path) -> list[Path] | None:
        """Return the folders in a folder, none where it is not there yet; None: another user's."""
        try:
            with os.scandir(folder) as found:
                names = sorted(one.path for one in found if one.is_dir())
        except FileNotFoundError:
            return []
        except PermissionError:
            self.closed.add(folder)
            say(str(folder), f"aso: {folder} is another user's: {_WAY_OUT}", said=self._said)
            return None
        self.closed.discard(folder)
        return [Path(name) for name in names]


class WatchReader(ChainReader):
    """One sink's place in the journals of others."""

    def pending(self) -> int:
        """Return how many records were not committed."""
        return sum(cursor.pending() for cursor in self._cursors().values())

    def has(self, mark: Mark) -> bool:
        """Return whether everything that there was at ``mark`` is committed."""
        return all(
            cursor.committed >= mark[stem] or not cursor.is_behind()
            for stem, cursor in self._cursors().items()
            if stem in mark
        )

    def _cursors(self) -> dict[str, Cursor]:
        chains = self._journal.chains()
        return {
            chain.stem: chain.cursors[self._name] for chain in chains if self._name in chain.cursors
        }


def _end(chain: Chain) -> tuple[int, int]:
    last = chain.last()
    return last.ordinal, last.end()
