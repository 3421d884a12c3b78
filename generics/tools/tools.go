// Package tools holds some of what Go 1.24 to 1.27 brought to the go command, to
// tests and to the language and no other package shows, and three bugs that came
// with it or that it ends. It belongs to part 10.1 of the guide.
//
// A test's context ends before its cleanups run, so that what the test started
// can be awaited there. What a cleanup itself calls is given an ended one:
//
//	test                           its store
//	name := LostTenant(t, store)
//	                               Create(ctx, name)
//	// the test returns, and ctx is cancelled
//	                               Drop(ctx, name)   // context canceled
//	// the tenant is still there
//
// # What to write
//
//   - t.Context (1.24) in a test, context.WithoutCancel of it in a cleanup
//     ([Tenant]).
//   - for b.Loop() (1.24), with the call to be measured in the loop's body. If
//     it must stand in a function, that function returns its result
//     ([Benchmark]).
//   - new(expr) (1.26) for a pointer to a value ([Quotas]). It needs no
//     helper, and each call makes another variable.
//   - A tool line in go.mod (1.24) for a program that the module needs: go get
//     -tool adds it, go.sum pins it, go tool NAME runs it. It replaces a
//     tools.go with blank imports. An ignore line (1.25) keeps ./... out of a
//     folder, whose packages can still be named. Both are in testdata/tool.
//   - A method with type parameters of its own (1.27), as in
//     testdata/genericmethods. No interface can ask for one. A go/parser of
//     before 1.27 cannot read it, behind a build constraint either: a file in
//     a module that still meets Go 1.26 makes gofmt fail.
//   - synctest.Sleep (1.27) in a bubble: time.Sleep and synctest.Wait in one.
//
// Elsewhere: WaitGroup.Go (1.25) in goroutines/waitgroup, errors.AsType (1.26)
// in errors/inspecting, the goroutineleak profile (1.27) in goroutines/leak,
// testing/synctest (1.25) in the tests of every part.
//
// # What finds it
//
// staticcheck reports the benchmark that measures nothing, where what it drops
// is a function without effects ([Discarded]). The rest takes a test: a cleanup
// that fails is logged at best ([LostTenant]), and pointers to one variable are
// valid pointers ([SharedQuotas]).
package tools

import (
	"context"
	"testing"
)

// A Store keeps tenants.
type Store interface {
	Create(ctx context.Context, tenant string) error
	Drop(ctx context.Context, tenant string) error
}

// Tenant creates a tenant for a test, under its name, and drops it after it.
func Tenant(t testing.TB, store Store) string {
	t.Helper()
	name := t.Name()
	if err := store.Create(t.Context(), name); err != nil {
		t.Fatalf("creating tenant %s: %v", name, err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context()) // its values, not its end
		if err := store.Drop(ctx, name); err != nil {
			t.Errorf("dropping tenant %s: %v", name, err)
		}
	})
	return name
}

// Benchmark measures f, whose result b.Loop keeps alive. f is not inlined, so
// the result holds a call of it.
func Benchmark[T any](b *testing.B, f func() T) {
	for b.Loop() {
		f()
	}
}

// Root returns the square root of a number that is not negative, by so many
// steps of Newton's method.
func Root(number float64, steps int) float64 {
	root := number/2 + 1
	for range steps {
		root = (root + number/root) / 2
	}
	return root
}

// A Quota is what a plan allows. Without a limit there is none.
type Quota struct {
	Plan  string
	Limit *int
}

// Quotas returns a quota of so many thousands for each plan.
func Quotas(thousands map[string]int) []Quota {
	var quotas []Quota
	for plan, n := range thousands {
		quotas = append(quotas, Quota{plan, new(1000 * n)})
	}
	return quotas
}
