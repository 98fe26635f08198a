"""The page's files: who may load what, what they name, and that they are where they are said to be."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

import aso
from aso.serve.openapi import openapi
from aso.serve.page import assets
from tests.serve.served import Served

FOLDER = Path(aso.__file__).parent / "serve" / "page"
FILES = {one.path: one for one in assets()}
TEXTS = {path: one.body.decode() for path, one in FILES.items()}
SCRIPTS = {path: text for path, text in TEXTS.items() if path.endswith(".js")}
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
# What makes markup or code of text, or writes a style that the policy would refuse.
_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\b|new Function"
    r"|setTimeout\(\s*[\"'`]|setAttribute\(\s*[\"']style"
)


def _policy(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_for_all_and_may_load_nothing_from_elsewhere(server: Served, path: str) -> None:
    answer = server.client.get(path)
    names = ("X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Content-Type")
    told = [answer.headers[name] for name in names]
    assert told == ["nosniff", "no-referrer", "DENY", FILES[path].media_type]
    assert _policy(answer) == _POLICY
    assert answer.content == FILES[path].body


def test_a_file_that_the_browser_has_is_not_sent_again(server: Served) -> None:
    etag = server.client.get("/").headers["ETag"]
    again = server.client.get("/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/page/assets.py", "/page/..%2fapp.py", "/page/", "/page/no.js"])
def test_nothing_else_is_served(server: Served, path: str) -> None:
    assert server.client.get(path).status_code == 404


@pytest.mark.parametrize("path", FILES)
def test_a_file_names_no_other_host(path: str) -> None:
    found = re.findall(r"https?:[^\s\"'`)]*|(?<=[\"'(])//[^\s\"'`)]+|@import[^;]*", TEXTS[path])
    assert set(found) <= {"http://www.w3.org/2000/svg"}


def test_the_document_has_no_script_and_no_style_of_its_own() -> None:
    tags = re.findall(r"<[a-z][^>]*>", TEXTS["/"])
    inline = [tag for tag in tags if re.search(r"\son\w+=|\sstyle=|<style|javascript:", tag)]
    assert [*inline, *re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", TEXTS["/"])] == []


@pytest.mark.parametrize("path", SCRIPTS)
def test_a_script_makes_no_markup_of_text(path: str) -> None:
    assert _MARKUP.findall(SCRIPTS[path]) == []


def test_every_file_is_asked_for_and_every_one_that_is_asked_for_is_there() -> None:
    named = {"/", *(f"/{one}" for one in re.findall(r'(?:src|href)="(page/[^"]+)"', TEXTS["/"]))}
    for text in SCRIPTS.values():
        named |= {f"/page/{one}" for one in re.findall(r'from "\./([^"]+)"', text)}
    assert named == set(FILES)


def test_what_is_fetched_is_in_the_openapi_document() -> None:
    fetched = {f"/{one}" for text in SCRIPTS.values() for one in re.findall(r'"(v1/\w+)"', text)}
    assert fetched == {"/v1/dimensions", "/v1/report", "/v1/timeline"}
    assert fetched <= openapi()["paths"].keys()
    assert [path for path, text in SCRIPTS.items() if "fetch(" in text] == ["/page/api.js"]


def test_the_columns_of_the_table_are_sums_of_the_server() -> None:
    sums = set(openapi()["components"]["schemas"]["AllSums"]["properties"])
    listed = re.search(r"const FIELDS = (\[[^\]]*\]);", SCRIPTS["/page/table.js"])
    assert listed is not None
    assert set(json.loads(listed[1])) == sums


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("path", SCRIPTS)
def test_a_script_can_be_parsed(path: str, tmp_path: Path) -> None:
    module = tmp_path / "script.mjs"
    module.write_text(SCRIPTS[path], encoding="utf-8")
    done = subprocess.run(["node", "--check", str(module)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_wheel_has_every_file() -> None:
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    builder = wheel.WheelBuilder(str(FOLDER.parents[2]))
    packed = {one.distribution_path for one in builder.recurse_included_files()}
    files = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert {f"aso/serve/page/{name}" for name in files} <= packed


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", TEXTS["/page/page.css"], re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#\w{6});", light if scheme == "light" else dark))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_stand_out_as_wcag_aa_asks(scheme: str) -> None:
    # WCAG 2.2, 1.4.3: 4.5 for text; 1.4.11: 3 for what is drawn
    colours = _colours(scheme)
    written = [
        (text, back)
        for text in ("ink", "soft", "accent", "warn")
        for back in ("paper", "card", "accent-soft")
    ]
    written += [("bad", "bad-soft"), ("on-accent", "accent")]
    drawn = [(f"s{n}", "paper") for n in range(8)] + [("others", "paper"), ("warn-mark", "paper")]
    weak = [pair for pair in written if _contrast(*(colours[one] for one in pair)) < 4.5]
    weak += [pair for pair in drawn if _contrast(*(colours[one] for one in pair)) < 3]
    assert weak == []
