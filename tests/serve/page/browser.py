"""A real browser, driven by its own protocol (Chrome DevTools Protocol) over a websocket."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--remote-debugging-port=0",
    "about:blank",
)
_START_S = 30.0
_ANSWER_S = 60.0
_UNTIL_MS = 30_000


def browser_path() -> str | None:
    """Return the browser of this machine; None: it has none that we can drive."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Page:
    """One tab. Commands are those of the protocol; what the page logs as an error is in ``errors``."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = count(1)
        self._instead: dict[str, Any] = {}
        self.errors: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Carry out a command, and return its result."""
        number = self._send(method, parameters)
        while True:
            said: dict[str, Any] = json.loads(self._connection.recv(_ANSWER_S))
            self._note(said)
            if said.get("id") == number:
                assert "error" not in said, (method, said["error"])
                result: dict[str, Any] = said["result"]
                return result

    def _send(self, method: str, parameters: dict[str, Any]) -> int:
        number = next(self._ids)
        sent = {"id": number, "method": method, "params": parameters}
        self._connection.send(json.dumps(sent))
        return number

    def look(self, width: int, height: int, *, scheme: str = "light", scale: float = 1) -> None:
        """Set the window's size in CSS pixels, and the colours that the person prefers."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.do("Emulation.setDeviceMetricsOverride", **size)
        self.do("Emulation.setScrollbarsHidden", hidden=True)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.do("Emulation.setEmulatedMedia", features=[feature])

    def open(self, url: str) -> None:
        """Go to an address, as a fresh load."""
        self.do("Page.navigate", url="about:blank")
        self.until("location.href === 'about:blank'")
        self.do("Page.navigate", url=url)
        self.until("location.href !== 'about:blank' && document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """Return what an expression is; a promise is waited for."""
        said = self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression is true; the page's frames are the clock."""
        met = self.run(
            f"""new Promise((done) => {{
              const last = performance.now() + {_UNTIL_MS};
              const look = () => ({condition}) ? done(true)
                : performance.now() > last ? done(false) : setTimeout(look, 20);
              look();
            }})"""
        )
        assert met, (condition, self.errors, self.run("document.body.innerText"))

    def text(self, selector: str) -> list[str]:
        """Return the text of each element that a selector finds, as it is seen."""
        found: list[str] = self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.innerText)"
        )
        return found

    def type(self, selector: str, text: str) -> None:
        """Type into a field, as a keyboard does."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.do("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Press a key of this name and Windows key code, wherever the focus is."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        text = {"text": "\r"} if key == "Enter" else {}
        self.do("Input.dispatchKeyEvent", type="keyDown", **told, **text)
        self.do("Input.dispatchKeyEvent", type="keyUp", **told)

    def tap(self, selector: str) -> None:
        """Tap the middle of an element, as a finger does."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.run(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({box})")
        self.do("Emulation.setTouchEmulationEnabled", enabled=True)
        self.do("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.do("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.do("Emulation.setTouchEmulationEnabled", enabled=False)

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list, as if it had been clicked."""
        chosen = f"one.value = {json.dumps(value)}; one.dispatchEvent(new Event('change', told))"
        told = "const told = {bubbles: true}"
        self.run(
            f"{{ const one = document.querySelector({json.dumps(selector)}); {told}; {chosen} }}"
        )

    @contextmanager
    def answered(self, part: str, status: int, **headers: str) -> Iterator[None]:
        """Answer what asks for a part of an address, as a proxy before the server would."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
        self._instead = {"responseCode": status, "responseHeaders": told}
        self.do("Fetch.enable", patterns=[{"urlPattern": f"*{part}*"}])
        try:
            yield
        finally:
            self.do("Fetch.disable")

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Save what is seen as PNG."""
        shot = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _note(self, said: dict[str, Any]) -> None:
        told = said.get("params", {})
        entry = told.get("entry", {})
        if entry.get("level") == "error" and entry["source"] != "network":  # a status is no fault
            self.errors.append(entry["text"])
        elif said.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(told["exceptionDetails"]))
        elif said.get("method") == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif said.get("method") == "Fetch.requestPaused":
            answer = {"requestId": told["requestId"], **self._instead}
            self._send("Fetch.fulfillRequest", answer)


@contextmanager
def browsing() -> Iterator[Page]:
    """Run a browser with one tab for the block; everything it wrote is removed."""
    path = browser_path()
    assert path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [path, *_OPTIONS, f"--user-data-dir={folder}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, start_new_session=True, **quiet) as process:
            try:
                with connect(_tab(Path(folder)), max_size=None, proxy=None) as connection:
                    yield Page(connection)
            finally:
                os.killpg(process.pid, signal.SIGKILL)  # the browser is many processes


def _tab(folder: Path) -> str:
    """Return the address of the browser's tab: it writes its port to a file once it listens."""
    said, last = folder / "DevToolsActivePort", time.monotonic() + _START_S
    while not (said.exists() and said.read_text(encoding="ascii").count("\n")):
        assert time.monotonic() < last, "the browser did not start"
        time.sleep(0.05)
    port = said.read_text(encoding="ascii").partition("\n")[0]
    while True:
        listed = httpx.get(f"http://127.0.0.1:{port}/json/list", trust_env=False).json()
        found = [one["webSocketDebuggerUrl"] for one in listed if one["type"] == "page"]
        if found:
            return str(found[0])
        assert time.monotonic() < last, "the browser opened no tab"
        time.sleep(0.05)
