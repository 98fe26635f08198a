"""Operations of AWS's services for models, as boto3's own service models say them; no client is made."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from aso.capture.botocore import SERVICES
from aso.cli.coverage.reader import Request
from aso.cli.coverage.walk import Method


def methods() -> list[Method]:
    """Return every operation of the services whose requests are looked at, by service and name."""
    session = import_module("botocore.session").get_session()
    name_of: Any = import_module("botocore").xform_name
    found: list[Method] = []
    for service in SERVICES:
        model = session.get_service_model(service)
        for name in sorted(model.operation_names, key=name_of):
            http = model.operation_model(name).http
            request = Request(http["method"], http["requestUri"].partition("?")[0])
            found.append(Method(f"{service}.{name_of(name)}", (request,)))
    return found
