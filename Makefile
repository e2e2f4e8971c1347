# `make check` is what CI runs. Every target works in a clean clone on a machine with Go, git and make;
# -race needs a C compiler too. Tools are built once, from the module proxy, into $(TOOLS).

GO      ?= go
TAGS    := grpcnotrace
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null)
DATE    ?= $(shell git show -s --format=%cI HEAD 2>/dev/null)
CLI     := github.com/llmops-toolkit/llmops/pkg/cli
LDFLAGS := -s -w -X $(CLI).version=$(VERSION) -X $(CLI).commit=$(COMMIT) -X $(CLI).date=$(DATE)
TOOLS   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/llmops-tools

LINT_VERSION       := v2.15.0
VULN_VERSION       := v1.8.0
GORELEASER_VERSION := v2.16.0

LINT       := $(TOOLS)/golangci-lint-$(LINT_VERSION)/golangci-lint
VULN       := $(TOOLS)/govulncheck-$(VULN_VERSION)/govulncheck
GORELEASER := $(TOOLS)/goreleaser-$(GORELEASER_VERSION)/goreleaser

FUZZTIME  ?= 10s
BENCHTIME ?= 1s

.DEFAULT_GOAL := build
.PHONY: build test race lint fmt vet layers vuln check bench bench-peers bench-eval-peers e2e fuzz prices completions man \
	release-check clean help

build: ## Build ./llmops as it is released: static and stripped
	CGO_ENABLED=0 $(GO) build -trimpath -tags $(TAGS) -ldflags '$(LDFLAGS)' -o llmops ./cmd/llmops

test: ## Run the tests
	$(GO) test ./...

race: ## Run the tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 15m ./...

lint: $(LINT) vet ## Check the format (gofumpt), go vet and golangci-lint
	$(LINT) fmt --diff
	$(LINT) run --allow-parallel-runners

fmt: $(LINT) ## Format the code with gofumpt
	$(LINT) fmt

vet: ## Run go vet
	$(GO) vet ./...
	$(GO) vet -tags e2e ./...

layers: ## Check that imports point down the layers
	$(GO) test ./pkg

vuln: $(VULN) ## Look for known vulnerabilities; skipped where the database cannot be reached
	@.ci/vuln $(VULN)

check: lint layers race vuln ## Everything a change must pass

bench: ## Run the benchmarks: figures for docs/benchmarks.md
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

bench-peers: ## Compare token counters and eval runs with npm's on the same machine (needs npm)
	@mkdir -p '$(TOOLS)/token-peers/corpora'
	cp pkg/tokens/testdata/peers/*.mjs pkg/tokens/testdata/peers/package.json '$(TOOLS)/token-peers/'
	cd '$(TOOLS)/token-peers' && npm install --no-audit --no-fund --silent
	TOKENS_CORPUS_DIR='$(TOOLS)/token-peers/corpora' $(GO) test -count 1 -run TestWriteCorpora ./pkg/tokens
	$(GO) test -run '^$$' -bench 'Count|Peer|Cores|Hostile' ./pkg/tokens
	cd '$(TOOLS)/token-peers' && node bench.mjs corpora
	$(MAKE) bench-eval-peers

# promptfoo takes 2 GB and wants a newer node than many systems have, so that npm brings one along.
EVAL_PEERS := $(TOOLS)/eval-peers
bench-eval-peers: build ## Compare eval runs with promptfoo's on the same server (needs npm and 2 GB)
	@mkdir -p '$(EVAL_PEERS)'
	cp pkg/eval/testdata/peers/package.json '$(EVAL_PEERS)/'
	cd '$(EVAL_PEERS)' && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-audit --no-fund --silent
	$(GO) run ./pkg/eval/testdata/peers -llmops ./llmops -promptfoo '$(EVAL_PEERS)'

e2e: ## Run the program against servers that were written elsewhere (needs npm; uses redis-server, ollama and chromedriver where found)
	LLMOPS_E2E_CACHE='$(TOOLS)' .ci/with-redis $(GO) test -tags e2e -count 1 -timeout 15m -v -run 'E2E' ./pkg/cli/...

fuzz: ## Run each fuzz test for FUZZTIME
	@set -e; for f in $$(grep -rlE '^func Fuzz' --include='*_test.go' pkg); do \
		for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' $$f); do \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$f); \
		done; \
	done

# GENAI_PRICES and LITELLM_PRICES are the absolute paths of npm's @pydantic/genai-prices data.json and of
# LiteLLM's model_prices_and_context_window.json; GENAI_VERSION and GENAI_DATE the former's release.
prices: ## Make the price catalog anew from the public tables
	$(GO) generate ./pkg/pricing

completions: ## Write shell completions into completions/
	@mkdir -p completions
	$(GO) run ./cmd/llmops completion bash > completions/llmops.bash
	$(GO) run ./cmd/llmops completion zsh > completions/_llmops
	$(GO) run ./cmd/llmops completion fish > completions/llmops.fish

man: ## Write the manual pages into manpages/, dated by the commit
	@mkdir -p manpages
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git show -s --format=%ct HEAD)} $(GO) run ./cmd/llmops man manpages

release-check: $(GORELEASER) ## Check .goreleaser.yaml
	$(GORELEASER) check

clean: ## Remove what the other targets wrote here
	rm -rf llmops bin dist completions manpages

help: ## List the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(LINT):
	GOBIN='$(@D)' $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(VULN):
	GOBIN='$(@D)' $(GO) install golang.org/x/vuln/cmd/govulncheck@$(VULN_VERSION)

$(GORELEASER):
	GOBIN='$(@D)' $(GO) install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION)
