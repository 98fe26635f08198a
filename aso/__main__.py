"""``python -m aso``: the same as the ``aso`` command."""

from __future__ import annotations

import sys

from aso.cli import main

sys.exit(main())
