package run

import "testing"

// A loop without an end waits for nothing, and a reader should not look for what
// it could be waiting for.
func TestState(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{
		"running":                    "here",
		"runnable":                   "runs, and waits for nothing",
		"chan receive, 2 minutes":    "waits: chan receive",
		"select (durable), 1 minute": "waits: select",
	} {
		if got := state(of); got != want {
			t.Errorf("%q is %q, not %q", of, got, want)
		}
	}
}
