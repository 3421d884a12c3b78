// Package sqlc has no code. Its go.mod pins sqlc, which part 10 runs: a module
// apart, for it needs parsers of SQL and versions of libraries that neither the
// linters nor the stores do.
package sqlc
