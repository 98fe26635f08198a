"""Pictures of the page of `aso serve`, by a real browser on made-up data (tools/page_demo.py).

python -m tools.page_screenshots FOLDER [NAME ...]      PNG files; without names: every one
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from tests.serve.page.browser import Page, browsing
from tests.serve.served import serving
from tools.page_demo import fill


class Shot(NamedTuple):
    """A picture: what the fragment says, the window, and what is done before it is taken."""

    fragment: str
    width: int = 1280
    height: int = 900
    scheme: str = "light"
    script: str = ""
    signs_in: bool = True
    is_whole: bool = True


_POINT = (
    "document.getElementById('chart').focus(); for (let n = 0; n < 11; n++) document.getElementById("
    "'chart').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))"
)
SHOTS = {
    "page": Shot("#period=30d&by=dims.team"),
    "page-dark": Shot("#period=30d&by=dims.team", scheme="dark", script=_POINT),
    "page-narrow": Shot("#period=30d&by=dims.team", width=400, height=1250, is_whole=False),
    "page-narrow-dark": Shot("#period=7d&by=model", width=400, scheme="dark"),
    "page-wide": Shot("#period=30d&by=model&where=env%3Dproduction", width=1600, script=_POINT),
    "page-hours": Shot("#period=24h&by=function&where=dims.team%3Dsupport&exact=1"),
    "page-empty": Shot("#period=custom&from=2020-01-01&to=2020-01-02", height=760),
    "page-key": Shot("#", height=560, signs_in=False),
}
_ASKS = "!document.getElementById('signin').hidden"
_DRAWN = "!document.body.classList.contains('loading') && !document.getElementById('view').hidden"


def take(page: Page, url: str, key: str, shot: Shot) -> None:
    """Show what a picture is of."""
    page.look(shot.width, shot.height, scheme=shot.scheme)
    page.open(f"{url}/{shot.fragment}")
    page.until(f"{_ASKS} || {_DRAWN}")
    if shot.signs_in and page.run(_ASKS):
        page.type("#key", key)
        page.press("Enter", 13)
    elif not shot.signs_in and page.run(_DRAWN):
        page.run("document.getElementById('forget').click()")
    page.until(_DRAWN if shot.signs_in else _ASKS)
    page.run(shot.script or "0")
    page.run("document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 200)))")


def main(folder: Path, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as stored:
        store = Path(stored) / "store"
        key = fill(store, datetime.fromtimestamp(time.time(), timezone.utc))
        with serving(store, store / "secret") as server, browsing() as page:
            for name in names or SHOTS:
                take(page, server.url, key, SHOTS[name])
                page.picture(folder / f"{name}.png", whole=SHOTS[name].is_whole)
                print(name, page.run("document.body.scrollWidth"), page.errors)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
