# The front door. `make help` lists the targets from the comments behind them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := node_modules/.bin
SOURCES = $(shell find compiler runtime test -name '*.ts' -not -name '*.d.ts' -not -path '*/fixtures/*' -not -path 'test/programs/*' -not -path 'test/conformance/programs/*' -not -path 'runtime/dashboard/*')
DASHBOARD = $(shell find runtime/dashboard -type f)

.PHONY: docs pictures help build check test conformance conformance-kill simulate fuzz kill demo bench dist clean format examples

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

node_modules: package.json package-lock.json
	npm ci
	@touch node_modules

build: node_modules ## Compile everything to dist/ (dist/eventualc, dist/eventual)
	@$(MAKE) --no-print-directory dist/.built

dist/.built: $(SOURCES) $(DASHBOARD) tsconfig.json tsconfig.build.json package.json node_modules
	@$(MAKE) --no-print-directory transpile
	$(BIN)/tsc -p tsconfig.build.json
	@touch dist/.built

# QuickJS comes optimised for size. For speed, small functions go into their callers: an activation takes a sixth less.
QUICKJS = node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm
dist/runtime/platform/quickjs.wasm: $(QUICKJS)
	@mkdir -p $(@D)
	$(BIN)/wasm-opt -O3 --always-inline-max-function-size=60 $(WASM_FEATURES) $< -o $@.new
	@mv $@.new $@
# What the module uses and every Node that we support has: nothing else may be made of it.
WASM_FEATURES = --enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-multivalue --enable-reference-types

# JavaScript only, without type check: some tenths of a second, for the edit-run loop.
.PHONY: transpile
transpile: dist/runtime/platform/quickjs.wasm
	@$(BIN)/esbuild $(SOURCES) --outbase=. --outdir=dist --format=esm --platform=node --target=node20 --sourcemap --log-level=warning
	@$(BIN)/esbuild runtime/guest/main.ts --bundle --format=iife --target=es2023 --charset=utf8 --outfile=dist/runtime/guest/bundle.js --log-level=warning
	@$(BIN)/esbuild runtime/dashboard/main.tsx --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none --outfile=dist/runtime/dashboard/main.js --metafile=dist/runtime/dashboard/meta.json --log-level=warning
	@cp runtime/dashboard/index.html runtime/dashboard/icon.svg dist/runtime/dashboard/
	@cp compiler/program.d.ts dist/compiler/
	@printf '#!/usr/bin/env node\nimport("./compiler/cli.js");\n' > dist/eventualc
	@printf '#!/usr/bin/env node\nimport("./runtime/cli/main.js");\n' > dist/eventual
	@chmod +x dist/eventualc dist/eventual
	@node dist/runtime/sandbox/write-image.js dist/runtime/guest/image.bin

check: build ## Types, lint, format, import floors
	$(BIN)/tsc -p tsconfig.json --noEmit
	$(BIN)/tsc -p runtime/guest/tsconfig.json
	$(BIN)/tsc -p runtime/web/tsconfig.json
	$(BIN)/tsc -p runtime/dashboard
	$(BIN)/tsc -p test/programs/cases --noEmit
	$(BIN)/tsc -p test/programs/packages --noEmit
	$(BIN)/tsc -p test/conformance/programs --noEmit
	$(BIN)/tsc -p examples/testing
	$(BIN)/biome ci .
	$(BIN)/depcruise --config .dependency-cruiser.cjs compiler runtime
	@$(BIN)/typedoc --out dist/api && diff -r dist/api docs/api || { echo 'docs/api is not what the doc comments say: make docs'; exit 1; }

test: build ## Run all tests (FILTER=part runs the test files whose path contains it)
	@node --test --test-reporter=spec --test-concurrency=2 $$(find dist/test -name '*.test.js' -path '*$(FILTER)*' | sort)

# MODE=B restores the state after every job. DERIVED=1 makes tests that suspend before each operand out of those about the
# whole language. LIST=file (a path a line), FILTER=regex and SAMPLE=n choose tests; PROCS=n runs as many at once.
conformance: build ## Run ECMAScript's conformance tests: TEST262=checkout or git directory (MODE=A|B, DERIVED=1, LIST, FILTER, SAMPLE, PROCS)
	@node test/test262/run.mjs --tests "$(TEST262)" --mode $(or $(MODE),A) $(if $(DERIVED),--derived) $(if $(LIST),--list "$(LIST)") --filter '$(FILTER)' --sample $(or $(SAMPLE),1) --procs $(or $(PROCS),2)

conformance-kill: build ## Kill each program of test/conformance with SIGKILL at every one of its writes (PROGRAMS=hello,chain)
	@KILLS=all node --test --test-concurrency=2 --test-name-pattern 'SIGKILL' dist/test/conformance/*.test.js
	@KILLS=all node --test dist/test/kill/journey.test.js

# A violation is printed with its seed and the events before it.
SEED ?= 1
RUNS ?= 1000
simulate: build ## Run RUNS random workflows from SEED on, in virtual time, under faults
	@node dist/test/simulate/main.js $(SEED) $(RUNS)

fuzz: build ## Feed RUNS damaged inputs, from SEED on, to each reader of what comes from outside
	@node dist/test/fuzz/main.js $(SEED) $(RUNS)

# What was acknowledged is recorded outside the server; RUNS=500 takes some ten minutes.
kill: build ## Kill the server RUNS times under load and look for acknowledged starts and signals that are lost
	@node dist/test/kill/main.js $(SEED) $(RUNS)

demo: build ## Compile the reminder program, run it, kill it, resume it, count the mails
	@node examples/reminder/demo.mjs

examples: build ## Build and run all examples as their READMEs say
	@node --test --test-reporter=spec dist/test/examples/readmes.test.js

# The young generation as docs/operations.md recommends for servers.
bench: build ## Measure, as ratios to floors of the same run
	@NODE_OPTIONS=--max-semi-space-size=64 node dist/test/bench/main.js

# TARGET=linux-arm64 ADDON=node_sqlite3.node for another machine than this one.
TARGET ?= $(shell node -p 'process.platform + "-" + process.arch')
RELEASE = dist/release/eventual-$(shell node -p 'require("./package.json").version')-$(TARGET)

dist: build ## Make the release executable, with checksums and a bill of materials, in dist/release
	@mkdir -p dist/release
	@node dist/eventual package --strip --target $(TARGET) $(if $(ADDON),--addon $(ADDON)) -o $(RELEASE) --sbom $(RELEASE).cdx.json
	@cd dist/release && sha256sum eventual-* > SHA256SUMS && cat SHA256SUMS

docs: node_modules ## Write the API reference (docs/api) from the doc comments
	@$(BIN)/typedoc

pictures: build ## Take the pictures of the dashboard in docs/images anew (needs Chromium); look at them
	@node dist/test/dashboard/pictures.js

format: node_modules ## Rewrite the sources in the project's format
	$(BIN)/biome check --write .

clean: ## Remove what was built
	rm -rf dist
