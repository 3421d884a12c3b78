package tools

import "testing"

// LostTenant creates a tenant for a test, and drops it after it. Compare
// [Tenant].
func LostTenant(t testing.TB, store Store) string {
	t.Helper()
	name := t.Name()
	if err := store.Create(t.Context(), name); err != nil {
		t.Fatalf("creating tenant %s: %v", name, err)
	}
	t.Cleanup(func() {
		// BUG(test): LostTenant drops its tenant with the test's context, which
		// has ended before the cleanups run: every tenant stays.
		if err := store.Drop(t.Context(), name); err != nil {
			t.Logf("dropping tenant %s: %v", name, err)
		}
	})
	return name
}

// Discarded measures Root. Compare [Benchmark].
func Discarded(b *testing.B, number float64) {
	// BUG(staticcheck, test): Discarded measures a loop that does nothing:
	// Root is inlined where its result is dropped, outside b.Loop's body.
	run := func() { Root(number, 100) }
	for b.Loop() {
		run()
	}
}

// SharedQuotas returns a quota of so many thousands for each plan. Compare
// [Quotas].
func SharedQuotas(thousands map[string]int) []Quota {
	var quotas []Quota
	var limit int
	for plan, n := range thousands {
		limit = 1000 * n
		// BUG(test): SharedQuotas gives all its quotas the address of one
		// variable: the last limit is the limit of all.
		quotas = append(quotas, Quota{plan, &limit})
	}
	return quotas
}
