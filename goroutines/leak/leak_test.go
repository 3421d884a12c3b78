package leak

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAbandonedSender(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		timedOut := make(chan struct{})
		slow := func() string { <-timedOut; return "late" }
		_, err := AbandonedSender(slow, time.Millisecond)
		require.ErrorIs(t, err, ErrTimeout)
		close(timedOut)
	})
}

// The near-miss: while the backend is fast, nothing leaks. That is why such
// code passes its tests and leaks on the first bad day.
func TestAbandonedSender_fastBackend(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		fast := func() string { return "in time" }
		a, err := AbandonedSender(fast, time.Minute)
		require.NoError(t, err)
		assert.Equal(t, "in time", a)
	})
}

func TestAsk_endsTheLateBackend(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		timedOut := make(chan struct{})
		_, err := Ask(ctx, func(context.Context) string { <-timedOut; return "late" })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		close(timedOut)
	})
}

func TestAsk_answers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		a, err := Ask(t.Context(), func(context.Context) string { return "in time" })
		require.NoError(t, err)
		assert.Equal(t, "in time", a)
	})
}

func TestAbandonedReceiver(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := AbandonedReceiver(false, func(string) {})
		require.ErrorIs(t, err, ErrInvalid)
	})
}

func TestFirstOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		replica := func() string { return "answer" }
		assert.Equal(t, "answer", FirstOnly(replica, replica, replica))
	})
}

// The near-miss: a single replica has no losers.
func TestFirstOnly_oneReplica(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, "answer", FirstOnly(func() string { return "answer" }))
	})
}

func TestFirst_cancelsTheLosers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		slow := func(ctx context.Context) string { <-ctx.Done(); return "cancelled" }
		fast := func(context.Context) string { return "answer" }
		a, err := First(t.Context(), slow, fast, slow)
		require.NoError(t, err)
		assert.Equal(t, "answer", a)
	})
}

func TestFirst_withoutReplicasWaitsForContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := First(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestNeverClosed(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		NeverClosed([]string{"a", "b"}, func(string) {})
	})
}

func TestEach_handlesAllInOrder(t *testing.T) {
	t.Parallel()
	for name, events := range map[string][]string{
		"some": {"a", "b", "c"},
		"none": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				var handled []string
				Each(events, func(e string) { handled = append(handled, e) })
				assert.Equal(t, events, handled)
			})
		})
	}
}

func TestEvents_endsWhenTheReceiverLeaves(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		events := Events(ctx, func() string { return "tick" })
		assert.Equal(t, "tick", <-events)
		assert.Equal(t, "tick", <-events)
		cancel()
	})
}

func TestEvents_closesForRange(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		for range Events(ctx, func() string { return "tick" }) {
			if n++; n == 3 {
				cancel()
			}
		}
		assert.GreaterOrEqual(t, n, 3)
	})
}

func TestEndlessTicker(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var once sync.Once
		refreshed := make(chan struct{})
		EndlessTicker(time.Millisecond, func() {
			once.Do(func() { close(refreshed) })
		})
		<-refreshed
	})
}

func TestPoll_endsWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := Poll(ctx, time.Millisecond, func() {
			if n++; n == 3 {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.GreaterOrEqual(t, n, 3)
	})
}
