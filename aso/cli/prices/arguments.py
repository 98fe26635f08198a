"""What ``aso prices`` takes. Each command's module is loaded when it runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

_TABLE_OR_JSON = ("table", "json")
_CATALOG_HELP = "a catalog's file, or 'bundled', or 'in-force'"


def add_prices(parser: argparse.ArgumentParser) -> None:
    """Add the commands under ``aso prices``."""
    found = parser.add_subparsers(required=True, metavar="command")
    _show(found.add_parser("show", help="every rate of a model that is in force"))
    _search(found.add_parser("search", help="models whose name has a text in it"))
    _diff(found.add_parser("diff", help="what differs between two catalogs"))
    _check(found.add_parser("check", help="is the catalog old, or unsure of what you use?"))
    _update(found.add_parser("update", help="put another catalog in force; nothing is downloaded"))
    _drift(found.add_parser("drift", help="where providers' own costs and ours disagree"))


def _show(one: argparse.ArgumentParser) -> None:
    one.add_argument("model", help="as the provider names it, or provider:model")
    one.add_argument("--provider", metavar="NAME", help="only this one: openai, anthropic, ...")
    one.add_argument("--overlay", type=Path, metavar="FILE", help="and a contract's terms for it")
    one.add_argument("--at", metavar="DATE", help="2026-03-01, 24h, ... (default: now)")
    _finish(one, "show")


def _search(one: argparse.ArgumentParser) -> None:
    one.add_argument("text", help="part of a model's name, or of one of its aliases")
    _finish(one, "search")


def _diff(one: argparse.ArgumentParser) -> None:
    one.add_argument("old", help=_CATALOG_HELP)
    one.add_argument("new", help=_CATALOG_HELP)
    _finish(one, "diff")


def _check(one: argparse.ArgumentParser) -> None:
    one.add_argument("--max-age", type=int, default=45, metavar="DAYS", help="default: 45")
    one.add_argument(
        "--strict", action="store_true", help="low confidence in a model that was used is a problem"
    )
    one.add_argument("--overlay", type=Path, metavar="FILE", help="contract prices: check them too")
    one.add_argument("--since", default="30d", help="whose models count as used (default: 30d)")
    _finish(one, "check")


def _update(one: argparse.ArgumentParser) -> None:
    one.add_argument("file", nargs="?", type=Path, help="a catalog.json.gz on this machine")
    one.add_argument("--sha256", metavar="HASH", help="of the file, as its publisher states it")
    one.add_argument("--bundled", action="store_true", help="back to the catalog of this aso")
    _finish(one, "update", formats=())


def _drift(one: argparse.ArgumentParser) -> None:
    one.add_argument("--since", help="2026-11-23, 24h, 7d or today")
    one.add_argument("--until", help="the same; exclusive")
    one.add_argument("--where", action="append", default=[], metavar="KEY=VALUE", help="a filter")
    _finish(one, "drift")


def _finish(
    one: argparse.ArgumentParser, name: str, formats: tuple[str, ...] = _TABLE_OR_JSON
) -> None:
    if formats:
        one.add_argument("--format", choices=formats, default="table")
    one.set_defaults(run=_late(name))


def _late(name: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        found: Callable[[argparse.Namespace], int] = getattr(
            import_module(f"aso.cli.prices.{name}"), name
        )
        return found(arguments)

    return run
