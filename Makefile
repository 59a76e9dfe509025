# The menu of commands; `make` prints it. What they build goes below target/.

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
VENV := $(TARGET)/venv
PYTHON ?= python3
TIME ?= 60

# fuzz/, python/ and the benchmarks are workspaces of their own: cargo is told of each.
WORKSPACES := . fuzz python python/bench/bare contrail-wire/bench contrail-model/bench
IN_FUZZ := --manifest-path fuzz/Cargo.toml --target-dir $(TARGET)/fuzz
IN_PYTHON := --manifest-path python/Cargo.toml --target-dir $(TARGET)/python
IN_BARE := --manifest-path python/bench/bare/Cargo.toml --target-dir $(TARGET)/bare
IN_BENCH := --manifest-path contrail-wire/bench/Cargo.toml --target-dir $(TARGET)/bench
IN_MODEL_BENCH := --manifest-path contrail-model/bench/Cargo.toml --target-dir $(TARGET)/model-bench

# The pip that a venv starts with may be older than its wish to be updated.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: menu
menu: ## Print this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Check, plan and trace all fabrics of examples/fabrics/, Octavia in full; captures go to target/demo/
	@mkdir -p target/demo
	cargo run -q -p contrail-examples --bin demo -- target/demo examples/fabrics/octavia.yaml \
		$(filter-out %/octavia.yaml,$(sort $(wildcard examples/fabrics/*.yaml)))

.PHONY: test
test: test-rust test-no-std test-fuzz test-python pictures ## Run every test there is, and say what had to be skipped
	@command -v tshark >/dev/null \
		|| echo "SKIPPED: tests that ask tshark, which is not installed (.ci/run installs it)" >&2
	@command -v dot >/dev/null \
		|| echo "SKIPPED: the test that gives graphs to Graphviz, which is not installed (.ci/run installs it)" >&2
	@for target in $(NO_STD); do test -d "$$(rustc --print target-libdir --target $$target)" \
		|| echo "SKIPPED: a build without std; needs: rustup target add $$target" >&2; done
	@$(VENV)/bin/python -c "import pyspark" 2>/dev/null && command -v java >/dev/null \
		|| echo "SKIPPED: the test with Spark; needs Java, and $(VENV)/bin/pip install 'pyspark>=4.3,<5'" >&2
	@test -d ../shared \
		|| echo "SKIPPED: tests on the corpus ../shared, which is not beside the project" >&2

.PHONY: test-rust
test-rust:
	cargo test --workspace --all-features

# A target for which there is no std proves that none is used; one of 32 bits, that usize may be as small as an u32.
NO_STD := thumbv7em-none-eabi x86_64-unknown-none
.PHONY: test-no-std
test-no-std:
	cargo test -p contrail-wire --no-default-features
	for target in $(NO_STD); do for features in "" serde; do \
		if test -d "$$(rustc --print target-libdir --target $$target)"; then \
			cargo build -p contrail-wire --no-default-features --features "$$features" --target $$target || exit 1; \
		fi; done; done

# The laws of the fuzz targets on seeds, damaged seeds and kept findings; needs no fuzzer.
.PHONY: test-fuzz
test-fuzz:
	cargo test $(IN_FUZZ)

# The wheel as a user gets it, installed into a venv, and its stubs against what it really holds.
.PHONY: test-python
test-python: $(VENV)/installed
	rm -rf $(TARGET)/wheels $(TARGET)/sdist
	$(VENV)/bin/maturin build --quiet $(IN_PYTHON) --interpreter $(VENV)/bin/python --out $(TARGET)/wheels
	$(VENV)/bin/pip install --quiet --no-deps --force-reinstall $(TARGET)/wheels/*.whl
	$(VENV)/bin/pytest -p no:cacheprovider python
	cargo test $(IN_PYTHON) --no-default-features
	cd $(TARGET) && $(VENV)/bin/mypy --strict -p contrail_fabric
	cd $(TARGET) && $(VENV)/bin/python -m mypy.stubtest contrail_fabric
	cd $(TARGET) && PATH=$(VENV)/bin:$$PATH pyright --verifytypes contrail_fabric --ignoreexternal
	$(VENV)/bin/python python/sanity.py $(TARGET)/sanity
	$(VENV)/bin/maturin sdist --manifest-path python/Cargo.toml --out $(TARGET)/sdist
	PATH=$(VENV)/bin:$$PATH CARGO_TARGET_DIR=$(TARGET)/python MATURIN_PEP517_ARGS="--profile dev" \
		pip install --quiet --no-deps --no-build-isolation --target $(TARGET)/sdist $(TARGET)/sdist/*.tar.gz
	PYTHONPATH=$(TARGET)/sdist $(VENV)/bin/python -m contrail_fabric check examples/fabrics/octavia.yaml --json | grep -q way-back

$(VENV)/installed: python/requirements-test.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet -r $<
	touch $@

.PHONY: interop
interop: ## Exchange routes with FRR, GoBGP, ExaBGP and BIRD on loopback, those of them that are installed
	cargo test -q -p contrail-examples --test interop -- --nocapture

.PHONY: lab
lab: ## Build eight fabrics out of namespaces and FRR, and hold traces and routes against what happens; needs root
	cargo test -q -p contrail-examples --test lab -- --nocapture --test-threads=1

# Pictures in a real browser, and a page clicked through; UPDATE_GOLDEN=1 writes the renderings anew.
BROWSER_VENV := $(TARGET)/browser-venv
CHROMIUM := $(firstword $(foreach name,chromium chromium-browser google-chrome google-chrome-stable,$(shell command -v $(name))))
.PHONY: pictures
ifeq ($(CHROMIUM),)
pictures:
	@echo "SKIPPED: pictures in a browser; needs Chromium (.ci/run installs it)" >&2
else
pictures: $(BROWSER_VENV)/installed ## Hold the pictures against how Chromium drew them, and click through a page
	cargo run -q -p contrail-examples --bin render -- examples/fabrics/octavia.yaml $(TARGET)/pictures/octavia.html
	CHROMIUM=$(CHROMIUM) PAGE=$(TARGET)/pictures/octavia.html $(BROWSER_VENV)/bin/pytest -q -p no:cacheprovider examples/tests/browser
endif

$(BROWSER_VENV)/installed: examples/tests/browser/requirements.txt
	$(PYTHON) -m venv --clear $(BROWSER_VENV)
	$(BROWSER_VENV)/bin/pip install --quiet -r $<
	touch $@

.PHONY: brute-force
brute-force: ## Hold the planner against an exhaustive search on FABRICS=20000 small fabrics
	FABRICS=$(or $(FABRICS),20000) cargo test -q --release -p contrail-model --test it brute_force -- --nocapture

.PHONY: generated
generated: ## Write anew what is made and not written: schema, rules, golden texts; read the difference before you commit
	UPDATE_GOLDEN=1 cargo test -q -p contrail-model --all-features --test it
	$(PYTHON) python/licences.py

.PHONY: lint
lint: ## Check format and lints, warnings denied
	for workspace in $(WORKSPACES); do (cd $$workspace && cargo fmt --check) || exit 1; done
	cargo clippy --workspace --all-targets --all-features -- -D warnings
	cargo clippy -p contrail-examples --test interop --test lab -- -D warnings
	cargo clippy $(BESIDE)/fuzz/Cargo.toml --all-targets -- -D warnings
	cargo clippy $(BESIDE)/python/Cargo.toml -- -D warnings
	cargo clippy $(BESIDE)/python/Cargo.toml --no-default-features --test stream -- -D warnings
	cargo clippy $(BESIDE)/python/bench/bare/Cargo.toml -- -D warnings
	cargo clippy $(BESIDE)/contrail-wire/bench/Cargo.toml --all-targets -- -D warnings
	cargo clippy $(BESIDE)/contrail-model/bench/Cargo.toml -- -D warnings
# What is only checked has one folder: what the workspaces have in common is checked once.
BESIDE := --target-dir $(TARGET) --manifest-path .

.PHONY: deny
ifeq ($(shell command -v cargo-deny),)
deny:
	@echo "SKIPPED: licences and sources of dependencies; needs: cargo install cargo-deny" >&2
else
deny: ## Hold what is depended on to deny.toml: licences, versions, sources, and advisories where these can be fetched
	for workspace in $(WORKSPACES); do $(DENY) -A unmatched-skip licenses bans sources || exit 1; done
	@if cargo deny fetch db 2>/dev/null; then \
		for workspace in $(WORKSPACES); do $(DENY) --disable-fetch advisories || exit 1; done; \
		else echo "SKIPPED: advisories; the database of RustSec cannot be fetched" >&2; fi
endif
DENY = cargo deny --locked --manifest-path $$workspace/Cargo.toml --config deny.toml check --hide-inclusion-graph

# The pages of the Python package; their examples are tests of `make test-python`.
SITE_VENV := $(TARGET)/site-venv
.PHONY: site
site: ## Make a site of the pages of the Python package in target/site/; needs the network once
	@test -x $(SITE_VENV)/bin/mkdocs || { $(PYTHON) -m venv --clear $(SITE_VENV) \
		&& $(SITE_VENV)/bin/pip install --quiet -r python/requirements-site.txt; } \
		|| { rm -rf $(SITE_VENV); echo "SKIPPED: the site; mkdocs-material cannot be installed here" >&2; }
	@test ! -x $(SITE_VENV)/bin/mkdocs || $(SITE_VENV)/bin/mkdocs build --quiet -f python/mkdocs.yml -d $(TARGET)/site

.PHONY: doc
doc: ## Build the documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --all-features --no-deps

FUZZ := cargo +nightly fuzz
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
# Lines of a target's name and the longest input that is worth trying.
FUZZED := cargo run -q $(IN_FUZZ) --example seeds | grep -wE '$(or $(subst $(SPACE),|,$(strip $(ONLY))),.)'

.PHONY: fuzz
fuzz: fuzzer ## Fuzz each target, or those of ONLY="bgp mrt", for TIME=60 seconds, JOBS=1 at a time; needs a nightly toolchain and cargo-fuzz
	cargo run -q $(IN_FUZZ) --example seeds -- fuzz/corpus
	mkdir -p fuzz/corpus/logs
	$(FUZZ) build
	$(FUZZED) | xargs -P $(or $(JOBS),1) -L 1 sh -c '$(FUZZ_ONE)'

# Of `sh -c`: a target and its longest input.
FUZZ_ONE = case $$0 in packet|bgp|against_*) others="$(wildcard ../shared/fuzz-seeds/*)";; *) others=;; esac; \
	log=fuzz/corpus/logs/$$0.log; \
	$(FUZZ) run $$0 fuzz/corpus/$$0 $$others -- -max_total_time=$(TIME) -max_len=$$1 -timeout=20 </dev/null >$$log 2>&1 \
		|| { cat $$log; exit 1; }; \
	grep -h ^Done $$log | sed "s/^/$$0: /"

.PHONY: fuzz-table
fuzz-table: ## Write to fuzz/README.md what the last run of each target came to
	cargo run -q $(IN_FUZZ) --example table -- fuzz/corpus/logs fuzz/README.md

# In a folder of its own, as everything is compiled another way; build scripts and macros are not, which --target says.
COVERAGE := $(TARGET)/coverage
HOST = $(shell rustc --print host-tuple)
LLVM = $(dir $(shell rustc --print target-libdir))bin
COVERED = $(COVERAGE)/$(HOST)/debug/examples/replay
.PHONY: coverage
coverage: ## Write to fuzz/README.md which lines of contrail-wire the committed inputs reach
	@if ! test -x $(LLVM)/llvm-cov; then \
		echo "SKIPPED: coverage; needs: rustup component add llvm-tools" >&2; exit; fi; set -e; \
	RUSTFLAGS="-C instrument-coverage" cargo build -q --manifest-path fuzz/Cargo.toml --target-dir $(COVERAGE) \
		--target $(HOST) --example replay; \
	LLVM_PROFILE_FILE=$(COVERAGE)/replay.profraw $(COVERED); \
	$(LLVM)/llvm-profdata merge -sparse $(COVERAGE)/replay.profraw -o $(COVERAGE)/replay.profdata; \
	$(LLVM)/llvm-cov export -summary-only -instr-profile $(COVERAGE)/replay.profdata $(COVERED) \
		-sources contrail-wire/src >$(COVERAGE)/summary.json; \
	cargo run -q $(IN_FUZZ) --example coverage -- $(COVERAGE)/summary.json fuzz/README.md

# What fuzzing has found worth a look, minimized and committed: `make test-fuzz` replays it.
.PHONY: minimized
minimized: fuzzer ## Keep of what fuzzing has found what is worth a look, of ONLY=bgp
	rm -rf fuzz/corpus/minimized
	$(FUZZED) | while read target longest; do \
		mkdir -p fuzz/corpus/minimized/$$target; \
		$(FUZZ) run $$target fuzz/corpus/minimized/$$target fuzz/corpus/$$target -- -set_cover_merge=1 \
			-max_len=$$longest < /dev/null || exit 1; \
		cargo run -q $(IN_FUZZ) --example seeds -- fuzz/corpus/minimized $$target; \
	done

# The builder of OSS-Fuzz has its own folders; here they are three of ours.
OSS_FUZZ = $(TARGET)/oss-fuzz
.PHONY: oss-fuzz
oss-fuzz: fuzzer ## Build the targets as OSS-Fuzz does, without its image, and run each on its seeds for a second
	@command -v zip unzip >/dev/null || { echo "make oss-fuzz needs: zip, unzip" >&2; exit 1; }
	rm -rf $(OSS_FUZZ)
	mkdir -p $(OSS_FUZZ)/src $(OSS_FUZZ)/out $(OSS_FUZZ)/work
	ln -s $(CURDIR) $(OSS_FUZZ)/src/contrail
	cd $(OSS_FUZZ) && env -u CARGO_TARGET_DIR SRC=$$PWD/src OUT=$$PWD/out WORK=$$PWD/work RUSTUP_TOOLCHAIN=nightly \
		$(CURDIR)/fuzz/oss-fuzz/build.sh
	cd $(OSS_FUZZ)/out && for options in *.options; do \
		target=$${options%.options}; unzip -q $${target}_seed_corpus.zip -d $$target.seeds; \
		./$$target -max_total_time=1 -max_len=$$(sed -n 's/^max_len = //p' $$options) $$target.seeds </dev/null >$$target.log 2>&1 \
			|| { cat $$target.log; exit 1; }; \
		grep -h ^Done $$target.log | sed "s/^/$$target: /"; done

.PHONY: fuzzer
fuzzer:
	@rustc +nightly --version >/dev/null || { echo "make fuzz needs: rustup toolchain install nightly" >&2; exit 1; }
	@cargo fuzz --version >/dev/null || { echo "make fuzz needs: cargo install cargo-fuzz" >&2; exit 1; }

# Of tests/it/ one case of each law, and not what starts programs, reads the corpus beside the project or files (through buffers of
# megabytes), or tries thousands of inputs: Miri is some hundred times slower. A helper of the tests leaks on purpose.
NOT_MIRI := asked:: captures:: files:: vectors:: malformed:: prefixes:: recordings:: generate:: each_reads_as each_file \
	a_message_has_as_many_routes a_short_route_of_any_type each_bit_of_a_flow flows_that_are_alike \
	a_good_frame_with_any_byte_changed
MIRI := cargo +nightly miri test -p contrail-wire --target-dir $(TARGET)/miri --all-features
.PHONY: miri
miri: ## Run the tests of contrail-wire under Miri, which sees undefined behaviour also of what it depends on
	@cargo +nightly miri --version >/dev/null 2>&1 \
		|| { echo "SKIPPED: Miri; needs: rustup component add --toolchain nightly miri rust-src" >&2; exit; }; set -ex; \
	$(MIRI) --lib; \
	MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-ignore-leaks" PROPTEST_CASES=1 $(MIRI) --test it -- $(addprefix --skip ,$(NOT_MIRI))

# The address sanitizer sees what the module and its dependencies do with memory that Python, Arrow and NumPy own. Its
# runtime is loaded before Python; with it libstdc++, whose exceptions it must know before a package brings them.
ASAN := $(TARGET)/asan
ASAN_HOST = CARGO_TARGET_DIR=$(ASAN) RUSTUP_TOOLCHAIN=nightly RUSTFLAGS=-Zsanitizer=address
ASAN_PRELOAD = LD_PRELOAD="$$(cc -print-file-name=libasan.so) $$(cc -print-file-name=libstdc++.so)" ASAN_OPTIONS=detect_leaks=0
ASAN_PAST_END := import ctypes; c = ctypes.CDLL(None); c.malloc.restype = ctypes.c_void_p; c.memchr(ctypes.c_void_p(c.malloc(16)), 1, 17)
.PHONY: asan-python
asan-python: $(VENV)/installed ## Run the tests of the Python package with the address sanitizer in its module; needs a nightly toolchain and GCC
	@rustc +nightly --version >/dev/null || { echo "make asan-python needs: rustup toolchain install nightly" >&2; exit 1; }
	rm -rf $(ASAN)/wheels $(ASAN)/site
	$(ASAN_HOST) $(VENV)/bin/maturin build --quiet --manifest-path python/Cargo.toml --profile dev --target $(HOST) \
		--compatibility linux --interpreter $(VENV)/bin/python --out $(ASAN)/wheels
	$(VENV)/bin/pip install --quiet --no-deps --target $(ASAN)/site $(ASAN)/wheels/*.whl
	@! $(ASAN_PRELOAD) $(VENV)/bin/python -c "$(ASAN_PAST_END)" 2>/dev/null \
		|| { echo "the address sanitizer does not see a read past the end" >&2; exit 1; }
	$(ASAN_PRELOAD) PYTHONPATH=$(ASAN)/site $(VENV)/bin/pytest -p no:cacheprovider python -k "not ($(ASAN_BESIDE))"
# Two tests are of the package as it is installed: of the crates of all platforms, and of no package at all.
ASAN_BESIDE := bill_of_materials or missing_is_named_with_the_interpreter

# What is built is kept for the next run. Neither the corpus beside the project is asked, which is not beside the copy that is
# changed, nor tests that take long: a score is a lower bound. A mutant costs some 15 seconds of a core.
MUTATE = CARGO_TARGET_DIR=$(TARGET)/mutants/build CARGO_PROFILE_DEV_DEBUG=none PROPTEST_CASES=32 cargo mutants --all-features \
	--timeout 120 -o $(TARGET)/mutants/$@ --sharding round-robin -C=--test=it

# Says the score of a run, and fails if something survives that docs/mutants.md does not explain.
define SCORE
case $$? in 0|2|3) ;; *) exit 1;; esac; cd $(TARGET)/mutants/$@/mutants.out; grep ^contrail- $(CURDIR)/docs/mutants.md > explained; \
	noticed=$$(cat caught.txt timeout.txt | wc -l); all=$$((noticed + $$(wc -l < missed.txt))); \
	echo "noticed: $$noticed of $$all, $$((100 * noticed / (all + !all))) %. Not in docs/mutants.md:"; \
	! sed -E 's/:[0-9]+:[0-9]+: /: /' missed.txt | grep -vxFf explained
endef

.PHONY: mutants
mutants: mutator ## Change contrail-wire in one place at a time, in SHARD=11/60 of all there are, and say what no test notices
	@$(MUTATE) -p contrail-wire --shard $(or $(SHARD),11/60) -C=--lib -- -- \
		$(addprefix --skip ,flow::flows_that_are_alike bgp::prefixes::a_changed_byte bgp::prefixes::random_bytes); $(SCORE)

.PHONY: mutants-rules
mutants-rules: mutator ## The same of the rules, in SHARD of all there are
	@$(MUTATE) -p contrail-model --file 'contrail-model/src/rules/*.rs' --shard $(or $(SHARD),0/1) \
		-C=--config=profile.dev.package.contrail-model.opt-level=0 -- -- $(addprefix --skip ,brute_force contrail_api hostile \
		data:: sightings capture dhcp observed pictures pages routes:: procedure); $(SCORE)

.PHONY: mutator
mutator:
	@cargo mutants --version >/dev/null 2>&1 || { echo "make mutants needs: cargo install cargo-mutants" >&2; exit 1; }

.PHONY: bench
bench: ## Time contrail-wire beside its peers and a hand-written lower bound, in one run
	cargo run -q --release $(IN_BENCH)

.PHONY: bench-model
bench-model: ## Time check, plan, trace and pictures of fabrics of 10, 100 and 1,000 leaves, beside parsing their documents
	cargo run -q --release $(IN_MODEL_BENCH)

# Two wheels in a venv of their own: the package, and the lower bound.
BENCH_VENV := $(TARGET)/bench-venv
.PHONY: bench-python
bench-python: $(BENCH_VENV)/installed ## Time the Python package beside scapy, dpkt, tshark, ExaBGP and a bare binding, in one run; fails if too slow
	rm -rf $(TARGET)/bench-wheels
	for manifest in "$(IN_PYTHON)" "$(IN_BARE)"; do \
		$(BENCH_VENV)/bin/maturin build --quiet --release $$manifest --interpreter $(BENCH_VENV)/bin/python \
			--out $(TARGET)/bench-wheels || exit 1; done
	$(BENCH_VENV)/bin/pip install --quiet --no-deps --force-reinstall $(TARGET)/bench-wheels/*.whl
	$(BENCH_VENV)/bin/python python/bench/bench.py

$(BENCH_VENV)/installed: python/bench/requirements.txt
	$(PYTHON) -m venv --clear $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet -r $<
	touch $@

# The library that the benchmark is built with takes the runner of its own version only.
GUNGRAUN := $(shell sed -n '/^name = "gungraun"/{n;s/.*"\(.*\)"/\1/p;}' contrail-wire/bench/Cargo.lock)
RUNNER := $(TARGET)/tools/gungraun-$(GUNGRAUN)

.PHONY: instructions
instructions: $(RUNNER)/bin/gungraun-runner ## Count instructions and hold them against the committed; COMMIT=--write commits
	@command -v valgrind >/dev/null || { echo "make instructions needs valgrind" >&2; exit 1; }
	GUNGRAUN_RUNNER=$< cargo bench -q $(IN_BENCH) --bench instructions -- --output-format=json >$(TARGET)/instructions.json
	cargo run -q $(IN_BENCH) --bin check-instructions -- $(COMMIT) <$(TARGET)/instructions.json

$(RUNNER)/bin/gungraun-runner:
	cargo install -q --locked --root $(RUNNER) gungraun-runner --version $(GUNGRAUN)

.PHONY: ci
ci: ## Do what CI does: install what the oracle tests use, then lint, doc, test
	.ci/run
