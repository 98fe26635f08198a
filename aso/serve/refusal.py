"""What a request is refused with: a status, and one line that says why."""

from __future__ import annotations

from collections.abc import Mapping

from aso.errors import AsoError

_NO_HEADERS: Mapping[str, str] = {}


class RefusedError(AsoError):
    """A request is not served; its text goes to the client, so it holds no path and no secret.

    Attributes:
        status: of the answer.
        headers: of the answer, e.g. ``Retry-After``.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] = _NO_HEADERS) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
