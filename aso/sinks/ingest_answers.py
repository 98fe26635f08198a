"""What an ingest endpoint's answers mean: the table of docs/ingest.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from aso.semconv import printable
from aso.sinks.connection import Answer
from aso.sinks.ingest_batch import Document
from aso.sinks.not_taken import NotTakenError

ACCEPTED = 202
_TOO_LARGE = 413
_NOT_UNDERSTOOD = (400, 422)  # 422 is what many frameworks say for 400
_NO_ENTRY = (401, 403)
_NO_ENTRY_PAUSE_S = 900.0
_HINTS = {
    400: "it does not understand the batch: is it an AI SpendOps ingest endpoint?",
    401: "it got no key: does a proxy on the way remove X-ASO-API-Key?",
    403: "it does not accept the key: is the key active, and of this endpoint?",
    404: "there is no ingest there: is the endpoint's path right?",
}
_SHOWN = 120


class IngestError(NotTakenError):
    """A batch was not accepted."""


class Refused(NamedTuple):
    """An event that the endpoint will not take, and why. ``status`` is the answer's."""

    document: Document
    status: int
    reason: str


def is_of_events(answer: Answer) -> bool:
    """Return whether the answer blames what was sent; a smaller batch tells which event.

    A 400 without the protocol's ``error`` comes from something that is no ingest endpoint: nothing
    can be said of the events then.
    """
    is_protocol = isinstance(answer.body.get("error"), str)
    return answer.status == _TOO_LARGE or (answer.status in _NOT_UNDERSTOOD and is_protocol)


def refused_alone(document: Document, answer: Answer) -> Refused:
    """Return a single event that the endpoint does not take."""
    reason = (
        "a single event is larger than the endpoint takes"
        if answer.status == _TOO_LARGE
        else reason_of(answer.body)
    )
    return Refused(document, answer.status, reason)


def rejected_of(documents: Sequence[Document], answer: Answer) -> list[Refused]:
    """Return the events of the batch that a 202 names as rejected."""
    named = (one for one in _listed(answer.body.get("rejected")) if isinstance(one, dict))
    reasons = {str(one.get("event_id")): reason_of(one) for one in named}
    return [
        Refused(document, answer.status, reasons[document["event_id"]])
        for document in documents
        if document["event_id"] in reasons
    ]


def _listed(value: Any) -> Sequence[dict[str, Any] | None]:
    """Return a list as it is, of whatever; of anything else, an empty one."""
    return value if _is_list(value) else ()


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def error_of(answer: Answer, endpoint: str, key_id: str) -> IngestError:
    """Return what to raise: the batch is kept, and when it is sent again."""
    status, pause_s = answer.status, answer.retry_after_s
    message = f"the ingest endpoint {endpoint} answered {status}: {reason_of(answer.body)}; "
    if status in _NO_ENTRY:
        pause_s = max(pause_s or 0.0, _NO_ENTRY_PAUSE_S)
        message += f"sending stops for {pause_s / 60:.0f} minutes or until there is a new key"
    else:
        message += "the batch is kept and sent again"
    if (hint := _HINTS.get(status)) is not None:
        message += f"; {hint} (key {key_id})"
    return IngestError(message, cause=str(status), retry_after_s=pause_s)


def no_answer(error: Exception, endpoint: str) -> IngestError:
    """Return what to raise where nobody answered, or not to the end."""
    kind = type(error).__name__
    message = f"the ingest endpoint {endpoint} gave no answer: {printable(str(error)) or kind}"
    if kind == "SSLCertVerificationError":
        message += "; SSL_CERT_FILE names other certificates to trust"
    return IngestError(f"{message}; the batch is kept and sent again", cause=kind)


def reason_of(body: Any) -> str:
    """Return what an answer, or a part of it, says went wrong; short, and safe to print."""
    said = cast("dict[str, Any]", body).get("error") if isinstance(body, dict) else None
    return printable(str(said or "no reason given")[:_SHOWN])
