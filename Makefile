# Every verb works the same way from a clean clone. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules --no-print-directory

# Derived, never listed: the modules of the workspace, and every module there is.
WORK    = $(shell sed -n 's|^[[:space:]]*\./\(.*\)|\1|p' go.work)
MODULES = $(shell git ls-files '*go.mod' | grep -v testdata/ | xargs -n1 dirname)

# The tools' dependencies must not decide those of the parts, so the module
# tools is no member of the workspace.
TOOL = cd tools && GOWORK=off go
PLAIN = CGO_ENABLED=0 $(if $(findstring go1.26,$(shell go env GOVERSION)),GOEXPERIMENT=goroutineleakprofile)

.PHONY: help site record test matrix lint tidy sync generate check bench prefetch mutate stress exercises survey shop users

help: ## list these verbs
	@sed -nE 's/^([a-z]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 12

site: record ## run everything in both modes, keep what the detectors say, build the reference and serve it; Ctrl-C ends it
	@go run ./site serve

# Reports are no part of git: each run has other addresses in them.
record: lint ## make matrix, and keep each detector's report in .cache/record, for the site
	@$(TOOL) run ./matrix -root .. -record ../.cache/record

matrix: lint ## run everything in both modes and the linters, show each bug and who catches it, update the tables
	@$(TOOL) run ./matrix -root ..

# FLAGS is for flags of go test, such as -json or -count=1.
FLAGS ?=
test: ## go test -race work, and nothing cleverer
	go test $(FLAGS) -race work

lint: $(MODULES:%=lint/%) ## golangci-lint and goguidevet against the BUG notes, module by module

tidy: sync ## one version of each dependency; go mod tidy and gofmt, module by module
	@$(MAKE) $(MODULES:%=tidy/%)

sync:
	@go work sync

generate: ## whatever is generated (the tables are: make matrix)
	@for m in $(WORK); do (cd $$m && go generate ./...); done

check: ## all that CI checks
	@./tools/check

bench: ## the benchmarks that the texts quote
	@for m in $(WORK) tools/bench; do (cd $$m && GOWORK=off go test -run='^$$' -bench=. ./...); done

prefetch: ## download and build all that the other verbs need, for a day without a network
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod download); done
	go test -race -count=1 -run='^$$' work
	$(PLAIN) go test -count=1 -run='^$$' work
	go build -o /dev/null ./workshop
	@cd workshop && for x in course/*/; do GOWORK=off go test -race -count=1 -run='^$$' "./$$x"; done
	@$(TOOL) build -o /dev/null tool
	@cd tools/rpc && GOWORK=off go build -o ../../.cache/ tool
	@cd tools/sqlc && GOWORK=off CGO_ENABLED=0 go build -o ../../.cache/ tool

mutate: lint ## break every claim, and end every bug, one at a time: a test or the linters must say so each time
	@$(TOOL) run ./mutate -root ..

shop: ## three services under load, and a page on which one breaks them; Ctrl-C ends it
	@go build -o .cache/shop ./grpc/cmd/shop && exec .cache/shop # go run ends with 1 after a Ctrl-C, whatever the program says

users: ## the web API as a server on SQLite, with a page to try it; Ctrl-C ends it
	@go run ./web/cmd/users

stress: ## 100 runs of all tests, shuffled, at 1, 2 and 8 CPUs, with goroutines that start late, with a core kept busy
	@./tools/stress

exercises: ## prove each exercise of the workshop, with every wrong fix, 20 times
	@go run ./workshop verify -n 20

survey: ## what goguidevet reports in the standard library and five large modules
	@./tools/survey

lint/%:
	@$(TOOL) run ./lint -root .. -linter $(LINTER) $(GOGUIDEVET:%=-goguidevet %) -out ../.cache/lint $*

tidy/%:
	@cd $* && GOWORK=off go mod tidy && gofmt -w $$(git ls-files '*.go')

# goguide's own analyzers; the go command knows when to build them anew.
GOGUIDEVET = $(if $(wildcard antipatterns/analyzers/cmd/goguidevet/main.go),$(CURDIR)/.cache/goguidevet)
.PHONY: $(GOGUIDEVET)
$(GOGUIDEVET):
	@cd antipatterns && GOWORK=off go build -o $@ ./analyzers/cmd/goguidevet

$(MODULES:%=lint/%): .cache/golangci-lint $(GOGUIDEVET)

# Built once per change of its version; go tool would link it anew at times.
LINTER = $(CURDIR)/.cache/golangci-lint
.cache/golangci-lint: tools/go.mod
	@$(TOOL) build -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
