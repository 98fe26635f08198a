"""The public validator on a ledger of real calls; its output is read, as it exits 0 on failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from aso.cli import main
from tools.focus_validator import is_installed, parsed, validate

# What the rule set contradicts itself in (docs/focus.md): a null InvoiceId must not be null where
# the charge is on an invoice, which the rule does not ask; a filled one fails its sibling C-004-C.
CONTRADICTIONS = {"InvoiceId-C-005-C"}
needs_validator = pytest.mark.skipif(
    not is_installed(), reason="the FOCUS validator is not installed: `make focus` installs it"
)
OUTPUT = """
=== Validation Results ===
Total: 3 | Pass: 1 | Fail: 1 | Skipped: 1
⏭️ A-C-000-C: SKIPPED  (violations=0, reason=not applicable)
✅ B-C-001-M: PASS  (violations=0, 14.0ms)
❌ C-C-002-M: FAIL  (violations=28, msg=C MUST NOT be NULL., 2.6ms)
"""


@needs_validator
@pytest.mark.slow
@pytest.mark.usefixtures("ledger")
def test_a_ledger_of_real_calls_breaks_no_rule_but_the_contradictory(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["export", "--format", "focus"]) == 0
    path = tmp_path / "focus.csv"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    verdict = validate(path)
    assert verdict.failed == CONTRADICTIONS
    assert len(verdict.passed) >= 247


@needs_validator
@pytest.mark.slow
@pytest.mark.usefixtures("ledger")
def test_a_file_that_breaks_a_rule_is_found_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["export", "--format", "focus"]) == 0
    path = tmp_path / "focus.csv"
    path.write_text(capsys.readouterr().out.replace(",USD,", ",dollars,"), encoding="utf-8")
    assert "BillingCurrency-C-006-M" in validate(path).failed


def test_the_validator_s_results_are_read_from_its_output() -> None:
    assert parsed(OUTPUT) == ({"B-C-001-M"}, {"C-C-002-M"}, {"A-C-000-C"})


def test_output_that_is_not_understood_is_no_pass() -> None:
    with pytest.raises(RuntimeError, match="not understood"):
        parsed(OUTPUT.replace("FAIL", "FLOP"))
    with pytest.raises(RuntimeError, match="not understood"):
        parsed("Traceback: no such file")
