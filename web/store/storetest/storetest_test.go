package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect/recorder"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// failures returns those of a rule with a store that wrap has broken.
func failures(t *testing.T, r rule, wrap func(store.Store) store.Store, patience time.Duration) []string {
	kept := &lasting{Store: memory.New()}
	s := newSession(t, func() (store.Store, error) { return wrap(kept.opened()), nil }, patience)
	return recorder.Failures(func(seen *recorder.T) { r.check(t.Context(), seen, s) })
}

// Each rule fails where a store breaks it, and with one that does not it
// passes, or this test would prove nothing.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		wraps, ok := breakers[r.name]
		if !assert.True(t, ok, "no breaker for %q", r.name) {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for i, wrap := range wraps {
				assert.NotEmpty(t, failures(t, r, wrap, 100*time.Millisecond), "breaker %d", i)
			}
			assert.Empty(t, failures(t, r, func(s store.Store) store.Store { return s }, time.Minute))
		})
	}
}

// A store that forgets is not asked to remember.
func TestRun_leavesOutWhatDoesNotApply(t *testing.T) {
	t.Parallel()
	opened := make(chan struct{}, len(rules))
	t.Run("rules", func(t *testing.T) {
		Run(t, func(testing.TB) func() (store.Store, error) {
			return func() (store.Store, error) {
				opened <- struct{}{}
				return memory.New(), nil
			}
		}, Forgets)
	})
	assert.Len(t, opened, len(rules)-1)
}
