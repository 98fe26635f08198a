"""The only place where stages meet: begin → (the provider's SDK, untouched) → finish, once.

    call → policy (reserve) → SDK → response | stream → facts → journal → (usage → price → event)

Everything here runs on the caller's path and takes no lock, makes no I/O and signals nobody; what
can run later runs in the shipper (docs/adr/0005).
"""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aso.context import Scope, current
from aso.dimension_rules import MAX_PAIRS
from aso.errors import PolicyError
from aso.facts import Origin
from aso.guard import Guard, say
from aso.inflight import Inflight
from aso.providers import Provider
from aso.records import Call, Event
from aso.routes import Route
from aso.wire.access import plain

if TYPE_CHECKING:  # only names: the journal is handed in
    from aso import policy as rules
    from aso.journal import Journal
    from aso.lines import Lines


class Pipeline:
    """One instrumentation's flow. Made by the runtime, used by the hooks.

    Attributes:
        active: False once uninstrumented; hooks then pass straight through.
        live: what is being streamed right now, for the end of the process.
        abandoned: what finalizers hand over; anyone may finish it later.
        behind: files of lines that are read behind the call, by anyone who sweeps.
        frameworks: asked in turn who bills a request that an SDK is making; None: not theirs.
        watchers: called with each event at once, on the caller's path (capture_events).
    """

    def __init__(
        self,
        *,
        journal: Journal,
        derive: Callable[[bytes, Origin], Event],
        origin: Origin,
        policy: rules.Policy | None = None,
        gates: rules.Gates | None = None,
        dimensions: Mapping[str, str] | None = None,
        hosts: Mapping[str, str] | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        from pydantic_core import to_json  # the first thing here that costs an import

        self.journal = journal
        self.derive = derive
        self.origin = origin
        self.policy = policy
        self._rule = _rule_of(policy)
        self.gates = gates
        self.dimensions = dict(dimensions or {})
        if origin.env is not None:
            self.dimensions.setdefault("env", origin.env)
        self.hosts = dict(hosts or {})
        self.clock_ns = clock_ns
        self.guard = Guard("aso.capture")
        self.active = True
        self.live: set[Inflight] = set()
        self.abandoned: deque[Inflight] = deque()
        self.behind: set[Lines] = set()
        self.frameworks: list[Callable[[], Provider | None]] = []
        self.watchers: list[Callable[[Event], None]] = []
        self.dropped_dimensions = 0
        self._said: dict[str, float] = {}
        self._encode = to_json
        self._random = random.Random()  # noqa: S311 — identifiers, not secrets

    def begin(
        self,
        *,
        provider: Provider,
        host: str | None,
        route: Route,
        body: Mapping[str, Any] | None,
        stream: bool,
        sdk: tuple[str, str],
        client_dims: Mapping[str, str] | None = None,
        call_dims: Mapping[str, str] | None = None,
        settles: str | None = None,
    ) -> Inflight:
        """Start the clock and check policy; not of what only settles: the id of an earlier call.

        Raises:
            PolicyError: the call is refused; its event is written, nothing was sent.
        """
        scope = current()
        flight = Inflight(self, provider, host, route, sdk, scope)
        flight.dims = self.dims_of(scope, client_dims, call_dims)
        flight.stream = stream
        if body is not None:
            flight.read_request(body)
        if settles is not None:
            flight.settles, flight.answer.generation_id = True, settles
        elif self.policy is not None:
            self._decide(flight)
        return flight

    def forbid(
        self,
        *,
        provider: Provider,
        host: str | None,
        route: Route,
        models: Sequence[str],
        stream: bool,
        sdk: tuple[str, str],
        client_dims: Mapping[str, str] | None = None,
        call_dims: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse now what `begin` would refuse later, under each of the names; else do nothing.

        Raises:
            PolicyError: the call is refused; its event is written, nothing was sent.
        """
        scope, violation = current(), None
        flight = Inflight(self, provider, host, route, sdk, scope)
        flight.dims = self.dims_of(scope, client_dims, call_dims)
        flight.stream = stream
        for flight.request_model in models:
            decision = self._decision(flight)
            if decision.action != "block" or decision.violation is None:
                return
            violation = decision.violation
        if violation is not None:
            self.refuse(flight, violation)
            raise violation

    def billed_by(self) -> Provider | None:
        """Return who bills what an SDK is about to send, as a framework above it knows."""
        for billed_by in self.frameworks:
            with self.guard:  # of its own: not to know who bills is no reason to miss the call
                if (provider := billed_by()) is not None:
                    return provider
        return None

    def call_of(self, flight: Inflight) -> Call:
        """Return what policy and budgets decide on."""
        return Call(
            provider=flight.provider.name,
            operation=flight.route.operation,
            endpoint=flight.route.endpoint,
            host=flight.host,
            model=flight.request_model,
            stream=flight.stream,
            dims=flight.dims,
            function=flight.scope.function,
            env=self.origin.env,
            api_key_id=self.origin.api_key_id,
            prompt_chars=flight.prompt_chars,
            max_output_tokens=flight.max_output_tokens,
        )

    def emit(self, record: Sequence[Any], scope: Scope, hold: rules.Hold | None = None) -> bytes:
        """Make a call's facts durable; derive the event now only where someone waits for it.

        Args:
            record: the values of Facts, in their order; SDK objects among them are encoded as they are.
            scope: who collects this event.
            hold: the budget reservation to settle.

        Returns:
            The journal's record.
        """
        try:
            payload = self._encode(record, exclude_none=True, fallback=str)
        except ValueError:
            # Half a character in a name; or an SDK's model, which builds its serializer late:
            # pydantic before 2.13 then has a stand-in, which cannot be encoded. Its fields can.
            payload = self._encode(plain(record), exclude_none=True, fallback=str)
        if not self.watchers:
            self.journal.append(payload)
        if hold is not None or self.is_heard(scope):
            self._tell(self.derive(payload, self.origin), scope, hold)
        return payload

    def sweep(self, most: int | None = None) -> bool:
        """Finish what finalizers handed over, and read what is behind.

        Args:
            most: lines of a file to read now; None: all that came.

        Returns:
            Whether some are left.
        """
        while self.abandoned:
            try:
                flight = self.abandoned.popleft()
            except IndexError:
                break
            flight.ended()
        left = [lines.catch_up(most) for lines in list(self.behind)]
        return any(left)

    def is_heard(self, scope: Scope) -> bool:
        """Return whether somebody waits for the events of a scope as they come."""
        return bool(self.watchers or scope.meters)

    def new_event_id(self, now_ms: int) -> str:
        """Return a UUIDv7 as 32 hexadecimal digits (RFC 9562, section 5.7)."""
        bits = self._random.getrandbits(74)
        number = now_ms << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & _LOW_62
        return number.to_bytes(16, "big").hex()

    def reseed(self) -> None:
        """Make a forked child's identifiers its own."""
        self._random = random.Random()  # noqa: S311 — identifiers, not secrets

    def _tell(self, event: Event, scope: Scope, hold: rules.Hold | None) -> None:
        if hold is not None:
            hold.settle(event)
        for meter in scope.meters:
            meter.add(event)
        for watcher in self.watchers:
            watcher(event)

    def dims_of(
        self,
        scope: Scope,
        client_dims: Mapping[str, str] | None,
        call_dims: Mapping[str, str] | None,
    ) -> Mapping[str, str]:
        """Return a call's dimensions: the process's, received, the client's, the scope's, the call's."""
        if not client_dims and not call_dims and not self.dimensions and not scope.received:
            return scope.dims
        own = {**(client_dims or {}), **scope.dims, **(call_dims or {})}
        dims = {**self.dimensions, **scope.received, **own}
        return dims if len(dims) <= MAX_PAIRS else self._trimmed(dims, scope)

    def _trimmed(self, dims: Mapping[str, str], scope: Scope) -> Mapping[str, str]:
        """Return 8 pairs: each source kept its limit, together they do not; the code's stay.

        What was received goes first: nobody outside takes the room of what is said here.
        """
        kept = dict(scope.dims)
        for key, value in sorted(dims.items(), key=lambda pair: pair[0] in scope.received):
            if key not in kept and len(kept) < MAX_PAIRS:
                kept[key] = value
        self.dropped_dimensions += len(dims) - len(kept)
        say(
            "too many dimensions",
            "aso: over 8 dimensions in force, some were dropped",
            said=self._said,
        )
        return kept

    def _decide(self, flight: Inflight) -> None:
        decision = self._decision(flight)
        if decision.violation is None:
            return
        if decision.action == "block":
            self.refuse(flight, decision.violation)
            raise decision.violation
        say(
            str(decision.violation),
            f"aso.policy: {decision.violation}",
            said=self._said,
            level=logging.WARNING if decision.mode == "warn" else logging.INFO,
        )

    def _decision(self, flight: Inflight) -> rules.Decision:
        assert self.policy is not None  # noqa: S101 — for the type checker
        assert self._rule is not None  # noqa: S101 — for the type checker
        return self._rule(self.policy, self.call_of(flight))

    def refuse(self, flight: Inflight, violation: PolicyError) -> None:
        """Write the event of a refused call."""
        with self.guard:
            flight.refused(type(violation).__name__)


def _rule_of(
    policy: rules.Policy | None,
) -> Callable[[rules.Policy, Call], rules.Decision] | None:
    """Return what decides; loaded only with a policy, which most programs have not."""
    if policy is None:
        return None
    from aso.policy import decide

    return decide


_LOW_62 = (1 << 62) - 1
