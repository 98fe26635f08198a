"""Deliveries that are closed at the end of their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.shipper.delivery import Delivery, Sink


@pytest.fixture
def deliver(tmp_path: Path) -> Iterator[Callable[..., Delivery]]:
    """Deliver from one journal to sinks; all is closed at the end."""
    made: list[Delivery] = []

    def start(*sinks: Sink, **options: Any) -> Delivery:
        made.append(Delivery(tmp_path, sinks, **options))
        return made[-1]

    yield start
    for delivery in made:
        delivery.shipper.close(0.5)
        delivery.journal.close()
