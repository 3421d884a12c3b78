package leak

import "testing"

func TestAbandoned(t *testing.T) { detect.Bug(t, Abandoned) }

// The near-miss: nobody <leaves>. And more.
func TestAbandoned_stays(t *testing.T) { detect.Fix(t, Awaited) }

func TestCache_Get(t *testing.T) { detect.Bug(t, func() {}) }

func ExampleAwaited() {
	Awaited()
	// Output:
}
