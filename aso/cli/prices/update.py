"""``aso prices update``: another catalog, from a file and checked by its hash; and the way back."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from aso import environment
from aso.errors import ConfigError
from aso.pricing import bundled
from aso.pricing.kept import back_to_bundled, put_in_force

_HASH = re.compile(r"[0-9a-f]{64}")


def update(arguments: Namespace) -> int:
    """Put a catalog in force for every process that starts from now on; nothing is downloaded."""
    home = environment.home()
    if home is None:
        raise ConfigError(
            "there is no home to keep a catalog in: set ASO_HOME to a folder of yours"
        )
    if arguments.bundled:
        return _back(home, arguments)
    path, sha256 = _given(arguments)
    catalog = put_in_force(home, path, sha256)
    known = bundled()
    print(f"catalog {catalog.version}, sha256 {catalog.sha256}: in force from the next process on")
    if catalog.version < known.version:
        print(f"!! it is older than the one of this aso: {known.version}")
    print("what was spent stays as it was priced: aso reprice --since ... prices it anew")
    print("back: aso prices update --bundled")
    return 0


def _back(home: Path, arguments: Namespace) -> int:
    if arguments.file is not None or arguments.sha256 is not None:
        raise ConfigError(
            "--bundled takes neither a file nor --sha256: it is the catalog of this aso"
        )
    was_other, known = back_to_bundled(home), bundled()
    said = "in force from the next process on" if was_other else "it was in force already"
    print(f"catalog {known.version}, sha256 {known.sha256}, of this aso: {said}")
    return 0


def _given(arguments: Namespace) -> tuple[Path, str]:
    if arguments.file is None:
        raise ConfigError("no catalog is named: aso prices update FILE --sha256 HASH, or --bundled")
    if arguments.sha256 is None:
        raise ConfigError(
            f"--sha256 is missing: take the hash of {arguments.file.name} from its publisher, not "
            "from the file"
        )
    sha256 = arguments.sha256.strip().lower()
    if not _HASH.fullmatch(sha256):
        raise ConfigError(
            f"--sha256 is {arguments.sha256!r}: 64 hexadecimal digits, as sha256sum says"
        )
    return arguments.file, sha256
