"""Who may come in: keys are made once, kept as hashes, of one tenant and one scope, and end at once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from aso.cli import main
from aso.credentials import ApiKey
from aso.errors import ConfigError
from aso.serve.embedded import EmbeddedStore
from aso.serve.keys import Keyring, secret_of
from tests.events import event
from tests.serve.served import Served, batch


def made(capsys: pytest.CaptureFixture[str], store: Path | str, *arguments: str) -> str:
    """Return what `aso serve keys` prints."""
    assert main(["serve", "keys", *arguments, "--store", str(store)]) == 0
    return capsys.readouterr().out.strip()


def test_a_key_is_shown_once_and_its_secret_kept_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ApiKey.parse(made(capsys, tmp_path, "create", "--tenant", "acme", "--name", "ci"))
    listed = made(capsys, tmp_path, "list")
    assert (key.id in listed, "acme" in listed, key.secret in listed) == (True, True, False)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(key.secret.encode() in path.read_bytes() for path in files)


def test_a_key_that_is_revoked_ends_at_once(
    server: Served, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.post(key, batch([event(1)])).status_code == 202
    made(capsys, server.store, "revoke", ApiKey.parse(key).id)
    answer = server.post(key, batch([event(2)]))
    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "AISpendOps: API key is inactive"},
    )


def test_a_key_that_is_not_there_cannot_be_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "keys", "revoke", "abc", "--store", str(tmp_path)]) == 2
    assert "no active key has the id 'abc'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        (lambda key: "", 401, "Missing X-ASO-API-Key"),
        (lambda key: "Bearer x", 403, "Invalid X-ASO-API-Key"),
        (lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), 403, "Invalid X-ASO-API-Key"),
        (lambda key: "aso_k_nobody.secret", 403, "Invalid X-ASO-API-Key"),
    ],
)
def test_no_other_key_comes_in(
    server: Served, key: str, changed: object, status: int, said: str
) -> None:
    assert callable(changed)
    answer = server.post(changed(key), batch([event(1)]))
    assert (answer.status_code, answer.json()["error"]) == (status, f"AISpendOps: {said}")


def test_a_tenant_sees_nothing_of_another(server: Served, key: str) -> None:
    other = server.key("somebody-else")
    server.post(key, batch([event(1)]))
    paths = (
        "/v1/events",
        "/v1/report",
        "/v1/spend?window=lifetime",
        "/v1/timeline?since=2026-11-23",
    )
    found = [server.get(other, path) for path in paths]
    assert [one.status_code for one in found] == [200] * 4
    assert not any("openai" in one.text or '"calls":1' in one.text for one in found)
    assert server.post(other, batch([event(1)])).json()["accepted"] == 1


def test_a_key_is_good_for_its_scope_alone(server: Served, tenant: str) -> None:
    ingest, read = server.key(tenant, "ingest"), server.key(tenant, "read")
    assert [server.post(key, batch([event(1)])).status_code for key in (ingest, read)] == [202, 403]
    assert [server.get(key, "/v1/report").status_code for key in (ingest, read)] == [403, 200]


def test_the_secret_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    assert secret_of(path) == secret_of(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        secret_of(path)


def test_another_secret_ends_every_key(tmp_path: Path) -> None:
    registry = EmbeddedStore(tmp_path).registry
    key = Keyring(registry, b"a" * 32).create("acme", scope="all", name="", at_ms=1)
    assert Keyring(registry, b"a" * 32).holder(key.text).tenant == "acme"
    with pytest.raises(Exception, match="Invalid X-ASO-API-Key"):
        Keyring(registry, b"b" * 32).holder(key.text)


@pytest.mark.parametrize("name", ["", "../up", "Acme", "a" * 64, "a.b", "-a"])
def test_a_tenant_has_a_name_that_a_folder_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no name"):
        EmbeddedStore(tmp_path).add(name, [event(1).to_dict()])
