# Everything runs in the project's own environments: .venv, and .venvs/<row> for the matrix.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# litellm 1.107.0 is compromised: its rows name versions, and no other is ever installed here.
MATRIX := openai-1.40.0 openai-1.109.1 openai-2.54.0 anthropic-0.40.0 anthropic-0.86.0 anthropic-1.17.0 \
	google-genai-1.5.0 google-genai-2.34.0 mistralai-1.9.11 mistralai-2.10.1 xai-sdk-1.21.0 \
	litellm-1.60.0 litellm-1.80.0 litellm-1.106.2 litellm-1.110.2
FRAMEWORKS := frameworks frameworks-openai2

.DEFAULT_GOAL := help
.PHONY: help env demo test matrix frameworks focus clickhouse fuzz sdk-suite check format bench api-snapshot coverage-snapshot prices clean

help: ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

env: $(VENV)/.installed ## install everything that tests and checks need

$(VENV)/.installed: pyproject.toml tools/environment.sh
	tools/environment.sh "$(PYTHON)" $(VENV) test check
	touch $@

demo: $(VENV)/.installed ## the main job on screen: a loopback provider, real SDK calls, the report
	$(BIN)/python -m examples.demo.run

test: $(VENV)/.installed ## all tests, with the newest SDKs
	$(BIN)/python -m pytest -n 2 --dist loadfile

matrix: ## the SDKs' tests on their oldest and middle versions
	@for row in $(MATRIX); do \
		echo "== $$row"; \
		tools/matrix.sh "$(PYTHON)" .venvs/$$row $${row%-*} $${row##*-} || exit 1; \
	done

frameworks: ## what is built on the SDKs: LangChain, LlamaIndex, pydantic-ai, OpenAI Agents, instructor
	@for group in $(FRAMEWORKS); do \
		echo "== $$group"; \
		tools/frameworks.sh "$(PYTHON)" $$group || exit 1; \
	done

focus: $(VENV)/.installed ## the public FOCUS validator on a ledger of real calls, in an environment of its own (Python 3.12)
	tools/focus_validator.sh .venvs/focus-validator $(FOCUS_PYTHON)
	$(BIN)/python -m pytest -q tests/focus

clickhouse: $(VENV)/.installed ## the SQL of docs/clickhouse.md on the in-process engine, in an environment of its own
	tools/clickhouse.sh "$(PYTHON)" .venvs/clickhouse
	$(BIN)/python -m pytest -q tests/clickhouse

fuzz: ## bytes that are not ours (journal, usage, what is posted) and aso serve's OpenAPI; FUZZ_SECONDS each (60)
	tools/fuzz.sh "$(PYTHON)" .venvs/fuzz $(or $(FUZZ_SECONDS),60) journal answers bodies batches

sdk-suite: $(VENV)/.installed ## the SDK's own test suites, bare and with aso (long)
	$(BIN)/python -m tools.sdk_suite.run

check: $(VENV)/.installed ## format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(MAKE) test

format: $(VENV)/.installed ## rewrite the code in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed ## every number of docs/benchmarks.md
	$(BIN)/python -m benchmarks

api-snapshot: $(VENV)/.installed ## rewrite tests/public_api.txt after a deliberate change
	$(BIN)/python -m tests.test_public_api

coverage-snapshot: $(VENV)/.installed ## rewrite tests/coverage/*.txt after looking at what is new
	$(BIN)/python -m tests.coverage.test_snapshot

prices: $(VENV)/.installed ## the price catalog against its pinned sources: same bytes, known differences, gaps
	$(BIN)/python -m aso.pricing.build fetch --inputs .venvs/price-sources
	$(BIN)/python -m pytest tests/pricing/test_sources.py
	$(BIN)/python -m aso.pricing.build gaps --inputs .venvs/price-sources

clean: ## remove environments and caches
	rm -rf $(VENV) .venvs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
