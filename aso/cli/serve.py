"""``aso serve``: the self-hosted end of the ingest protocol, its keys and its policies."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from aso import environment
from aso.errors import ConfigError
from aso.report.table import aligned
from aso.semconv import instant_text, printable
from aso.serve.limits import Limits
from aso.serve.store import Store, tenant_named

if TYPE_CHECKING:  # loaded by who serves
    from aso.serve.keys import Keyring

_OK = 0
_NEEDED = ("starlette", "uvicorn")
_KEY_HEADER = ["key", "tenant", "scope", "name", "created", "revoked"]
_EPILOG = (
    "Keys: aso serve keys create --tenant NAME, list, revoke ID. Policies: aso serve policy set "
    "--tenant NAME FILE, show, remove. Each takes the same --store and --secret-file."
)
Run = Callable[[argparse.Namespace, Store], int]


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Add the options and actions to the command's parser."""
    parser.epilog = _EPILOG
    _add_store(parser)
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8080, help="0: any that is free")
    parser.add_argument("--certificate", metavar="FILE", help="of TLS: PEM, with its chain")
    parser.add_argument("--private-key", metavar="FILE", help="of TLS: PEM")
    for one in fields(Limits):
        name = "--" + one.name.replace("_", "-")
        parser.add_argument(name, type=int, default=one.default, metavar="N", help="%(default)s")
    parser.set_defaults(run=_serve)
    actions = parser.add_subparsers(metavar="keys | policy")
    _add_keys(actions.add_parser("keys", help="who may come in: create, list, revoke"))
    _add_policy(actions.add_parser("policy", help="a tenant's policy: set, show, remove"))


def _add_store(parser: argparse.ArgumentParser, *, is_action: bool = False) -> None:
    """Add what says where everything is; an action's own goes over the command's."""
    default = argparse.SUPPRESS if is_action else None
    parser.add_argument(
        "--store",
        default=default,
        metavar="DIR_OR_URL",
        help="a folder, or postgresql://USER@HOST/DATABASE (default: ASO_STORE, else serve in ASO_HOME)",
    )
    parser.add_argument(
        "--secret-file",
        type=Path,
        default=default,
        metavar="FILE",
        help="what keys are hashed with (default: secret in the store's folder, else serve.secret in ASO_HOME)",
    )


def _add_keys(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    create = _action(actions.add_parser("create", help="a new key, shown this once"), _create)
    create.add_argument("--tenant", required=True, help="whose events it sends and reads")
    create.add_argument("--name", default="", help="for the list: where it is used")
    create.add_argument("--scope", choices=("all", "ingest", "read"), default="all")
    _action(actions.add_parser("list", help="all keys, never their secrets"), _list)
    revoke = _action(actions.add_parser("revoke", help="end a key at once"), _revoke)
    revoke.add_argument("key_id", metavar="ID", help="as the list shows it")


def _add_policy(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    for name, meaning, run in (
        ("set", "from a TOML or JSON file", _set_policy),
        ("show", "as clients get it", _show_policy),
        ("remove", "all is allowed again", _remove_policy),
    ):
        one = _action(actions.add_parser(name, help=meaning), run)
        one.add_argument("--tenant", required=True)
        if run is _set_policy:
            one.add_argument("file", type=Path, metavar="FILE")


def _action(one: argparse.ArgumentParser, run: Run) -> argparse.ArgumentParser:
    _add_store(one, is_action=True)
    one.set_defaults(run=partial(_with_store, run))
    return one


def _with_store(run: Run, arguments: argparse.Namespace) -> int:
    from aso.serve.opening import open_store

    with closing(open_store(_target(arguments))) as store:
        return run(arguments, store)


def _serve(arguments: argparse.Namespace) -> int:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"aso serve needs {' and '.join(missing)}: pip install 'aispendops[server]'"
        )
    return _with_store(_run, arguments)


def _run(arguments: argparse.Namespace, store: Store) -> int:
    from aso.serve.asking import Service
    from aso.serve.server import Place, listening, run

    limits = Limits(**{one.name: getattr(arguments, one.name) for one in fields(Limits)})
    service = Service(store, _keyring(arguments, store), _now_ms, limits)
    place = Place(arguments.host, arguments.port, arguments.certificate, arguments.private_key)
    has_keys = bool(store.registry.every_key())  # and so it can be used
    found = listening(place)
    scheme, host = "https" if place.certificate else "http", arguments.host
    shown = f"[{host}]" if ":" in host else host
    print(f"aso serve: listening at {scheme}://{shown}:{found.getsockname()[1]}", flush=True)
    if not has_keys:
        print("aso serve: there is no key yet: aso serve keys create --tenant NAME", flush=True)
    run(service, place, found)
    return _OK


def _create(arguments: argparse.Namespace, store: Store) -> int:
    key = _keyring(arguments, store).create(
        arguments.tenant, scope=arguments.scope, name=arguments.name, at_ms=_now_ms()
    )
    print(key.text)
    return _OK


def _list(arguments: argparse.Namespace, store: Store) -> int:
    del arguments
    rows = [
        [
            key.id,
            key.tenant,
            key.scope,
            printable(key.name),
            instant_text(key.created_at_ms),
            "" if key.revoked_at_ms is None else instant_text(key.revoked_at_ms),
        ]
        for key in store.registry.every_key()
    ]
    print("\n".join(aligned(_KEY_HEADER, rows, texts=len(_KEY_HEADER))) if rows else "No keys.")
    return _OK


def _revoke(arguments: argparse.Namespace, store: Store) -> int:
    key_id = arguments.key_id.removeprefix("aso_k_").partition(".")[0]
    if not store.registry.revoke_key(key_id, _now_ms()):
        raise ConfigError(f"no active key has the id {key_id[:64]!r}: aso serve keys list")
    print(f"revoked {key_id}")
    return _OK


def _set_policy(arguments: argparse.Namespace, store: Store) -> int:
    from aso.documents import read
    from aso.policy import Policy

    document = dict(read(arguments.file, "policy"))
    Policy.load(document)  # what is wrong is said here, not to every client
    text = json.dumps(document, sort_keys=True)
    store.registry.set_policy(tenant_named(arguments.tenant), text)
    print(f"policy of {arguments.tenant} set")
    return _OK


def _show_policy(arguments: argparse.Namespace, store: Store) -> int:
    print(store.registry.policy(tenant_named(arguments.tenant)) or "{}")
    return _OK


def _remove_policy(arguments: argparse.Namespace, store: Store) -> int:
    store.registry.set_policy(tenant_named(arguments.tenant), None)
    print(f"policy of {arguments.tenant} removed")
    return _OK


def _keyring(arguments: argparse.Namespace, store: Store) -> Keyring:
    from aso.serve.keys import Keyring, secret_of
    from aso.serve.opening import secret_path

    path = arguments.secret_file or secret_path(_target(arguments), environment.home())
    return Keyring(store.registry, secret_of(path))


def _target(arguments: argparse.Namespace) -> str:
    chosen = arguments.store or environment.from_environment("ASO_STORE")
    if chosen is not None:
        return str(chosen)
    home = environment.home()
    if home is None:
        raise ConfigError("there is no home for the store: give --store, or set ASO_HOME")
    return str(home / "serve")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
