"""Programs for which time runs faster: the clocks, pauses and files' times of their whole process.

Linux with glibc and a C compiler. What is measured here is what CPython uses: ``time``, locks with
a timeout, ``sleep``, sockets' timeouts, and when a file was written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")
_CHECK = """
import os, socket, threading, time
def took(wait):
    began = time.monotonic()
    wait()
    return time.monotonic() - began
def silence():
    ours, theirs = socket.socketpair()
    ours.settimeout(20.0)
    try:
        ours.recv(1)
    except TimeoutError:
        pass
lock = threading.Lock()
lock.acquire()
open(PATH, "w").close()
age = time.time() - os.stat(PATH).st_mtime
found = [took(lambda: lock.acquire(timeout=20.0)), took(lambda: time.sleep(20.0)), took(silence)]
assert all(20.0 <= one < 40.0 for one in found) and -1.0 < age < 10.0, (found, age)
"""


class FastClock:
    """The environment that a program needs for it, from now on; ``now`` is its ``time.time()``.

    Raises:
        RuntimeError: it cannot be made here, or does not hold.
    """

    def __init__(self, folder: Path, speed: int) -> None:
        compiler, library = shutil.which("cc"), folder / "fast_clock.so"
        if compiler is None or not sys.platform.startswith("linux"):
            raise RuntimeError("a fast clock needs Linux and a C compiler (cc)")
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
        subprocess.run(command, check=True)
        self.speed = speed
        self._base_ns = time.time_ns()
        said = f"{speed} {self._base_ns} {time.monotonic_ns()}"
        self.environment = {"LD_PRELOAD": str(library), "ASO_FAST_CLOCK": said}
        self._expect_fast(folder / "written")

    def now(self) -> float:
        """Return the seconds since the epoch as those programs see them."""
        return (self._base_ns + (time.time_ns() - self._base_ns) * self.speed) / 1e9

    def _expect_fast(self, path: Path) -> None:
        program = _CHECK.replace("PATH", repr(str(path)))
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **self.environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        real_s = time.monotonic() - began
        if done.returncode or real_s > 60.0 / self.speed + 5.0:
            raise RuntimeError(f"the clock is not fast here ({real_s:.1f} s): {done.stderr[-300:]}")
