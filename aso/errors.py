"""Every error that aso raises.

AsoError
├── ConfigError (also ValueError)      a setting, argument, file or overlay is wrong; raised where it is given
└── PolicyError                        a call was refused; nothing was sent to the provider
    ├── ProviderNotAllowedError        the provider is not on the allow-list
    ├── ModelNotAllowedError           the model is not on the allow-list, or is denied
    ├── DimensionError                 a dimension breaks the rules; also raised where it is written
    └── BudgetExceededError            the reservation would exceed a blocking budget

A message says the value, the rule and the way out. None holds a secret, a prompt or a payload.
The texts before the colon are the hosted product's (research: docs.aispendops.com, read 2026-11-23).
"""

from __future__ import annotations

from decimal import Decimal


class AsoError(Exception):
    """The root of all errors that aso raises."""


class ConfigError(AsoError, ValueError):
    """A setting, an argument or a file is wrong. Nothing was changed by the failing call."""


class PolicyError(AsoError):
    """A call was refused before any network I/O.

    Attributes:
        rule: the name of the policy field that refused, e.g. ``allowed_models``.
        value: what was refused, e.g. ``openai:gpt-5.4``.
        decision: ``block`` in mode enforce.
    """

    def __init__(
        self, message: str, *, rule: str = "", value: str = "", decision: str = "block"
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.value = value
        self.decision = decision

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the attributes when an executor pickles the error between processes."""
        return (_rebuild, (type(self), self.args, self.__dict__))


class ProviderNotAllowedError(PolicyError):
    """The provider is not in ``Policy.allowed_providers``."""


class ModelNotAllowedError(PolicyError):
    """The model is not in ``Policy.allowed_models``, or it is in ``Policy.denied_models``."""


class DimensionError(PolicyError):
    """A dimension's key, value or number breaks the limits, or a mandatory one is missing."""


class BudgetExceededError(PolicyError):
    """A blocking budget has no room for the call.

    Attributes:
        budget: the budget's name.
        spent: settled so far, in the budget's unit.
        held: reserved by calls in flight, in the budget's unit.
        amount: the budget's limit, in the budget's unit.
    """

    def __init__(
        self,
        message: str,
        *,
        budget: str,
        spent: Decimal,
        held: Decimal,
        amount: Decimal,
        rule: str = "budgets",
        value: str = "",
        decision: str = "block",
    ) -> None:
        super().__init__(message, rule=rule, value=value, decision=decision)
        self.budget = budget
        self.spent = spent
        self.held = held
        self.amount = amount


def _rebuild(
    kind: type[PolicyError], args: tuple[object, ...], state: dict[str, object]
) -> PolicyError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
