"""What a sink raises where a batch was not taken."""

from __future__ import annotations

from aso.errors import AsoError


class NotTakenError(AsoError):
    """A batch was not taken: it is to be sent again.

    Attributes:
        cause: what is the same for the same cause; said once an hour.
        retry_after_s: when to try again, where the other side or its answer says.
    """

    def __init__(
        self, message: str, *, cause: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.cause = cause
        if retry_after_s is not None:
            self.retry_after_s = retry_after_s
