package grouped

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errQuota   = errors.New("quota exceeded")
	errTimeout = errors.New("timeout")
	both       = []string{"anna", "boris"}
)

// fail is a send that fails for everybody, for each in another way.
func fail(address string) error {
	if address == "anna" {
		return errQuota
	}
	return errTimeout
}

func ok(string) error { return nil }

func TestSharedErr(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.NotPanics(t, func() { _ = SharedErr(both, fail) })
	})
}

// The near-miss: with one goroutine there is nobody to race with but Wait.
func TestSharedErr_oneAddress(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.ErrorIs(t, SharedErr(both[:1], fail), errQuota)
	})
}

func TestAppended(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Error(t, Appended(both, fail))
	})
}

// The near-miss: one failure appends alone.
func TestAppended_oneFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Appended(both, func(address string) error {
			if address == "anna" {
				return errQuota
			}
			return nil
		})
		assert.ErrorIs(t, err, errQuota)
	})
}

func TestLastWins(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := LastWins(both, fail)
		require.Error(t, err)
		assert.NotEqual(t, errors.Is(err, errQuota), errors.Is(err, errTimeout),
			"one of both, whichever it is")
	})
}

func TestLastWins_oneFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, LastWins(both, ok))
		assert.ErrorIs(t, LastWins(both[:1], fail), errQuota)
	})
}

// finish fails for anna first if annaFirst, and else for boris.
func finish(annaFirst bool) error {
	one := make(chan struct{})
	return ByFinish(both,
		func(address string) error {
			if (address == "anna") != annaFirst {
				<-one
			}
			return fail(address)
		},
		func(err error) {
			if errors.Is(err, errQuota) == annaFirst {
				close(one)
			}
		})
}

func TestByFinish(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		require.EqualError(t, finish(false), "timeout\nquota exceeded")
		assert.EqualError(t, finish(true), "quota exceeded\ntimeout")
	})
}

// The near-miss: one failure has only one order.
func TestByFinish_oneFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		shown := 0
		err := ByFinish(both[:1], fail, func(error) { shown++ })
		require.ErrorIs(t, err, errQuota)
		assert.Equal(t, 1, shown)
	})
}

func TestWithoutNames(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := WithoutNames(both, func(string) error { return errTimeout })
		assert.EqualError(t, err, "timeout\ntimeout")
	})
}

// The near-miss: whoever sends can say to whom.
func TestWithoutNames_namedBySend(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := WithoutNames(both, func(address string) error {
			return fmt.Errorf("send to %s: %w", address, errTimeout)
		})
		assert.EqualError(t, err, "send to anna: timeout\nsend to boris: timeout")
	})
}

func TestEach_namesWhatFailed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Each(both, fail)
		require.EqualError(t, err,
			"item 0 (anna): quota exceeded\nitem 1 (boris): timeout")
		require.ErrorIs(t, err, errQuota)
		require.ErrorIs(t, err, errTimeout)
		first, found := errors.AsType[*ItemError[string]](err)
		require.True(t, found)
		require.Equal(t, ItemError[string]{0, "anna", errQuota}, *first)
		require.NoError(t, Each(both, ok))
		require.NoError(t, Each(nil, fail))
		require.Equal(t, both, Failed[string](fmt.Errorf("send: %w", err)))
		assert.Empty(t, Failed[string](nil))
		assert.Empty(t, Failed[string](errQuota))
		assert.Empty(t, Failed[int](err), "the items are no numbers")
	})
}

// Whatever fails, and in whatever order the calls end, the errors come in the
// order of the items.
func TestEach_keepsTheOrderOfTheItems(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const n = 5
		random := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			order, fails := random.Perm(n), random.IntN(1<<n)
			turns := make([]chan struct{}, n+1) // turns[k] opens as the k-th call may end
			for k := range turns {
				turns[k] = make(chan struct{})
			}
			close(turns[0])
			items, want := make([]int, n), []int(nil)
			for i := range items {
				items[i] = i
				if fails>>i&1 == 1 {
					want = append(want, i)
				}
			}
			err := Each(items, func(i int) error {
				<-turns[order[i]]
				defer close(turns[order[i]+1])
				if fails>>i&1 == 1 {
					return errTimeout
				}
				return nil
			})
			require.Equal(t, want, Failed[int](err))
			if err != nil {
				require.Equal(t, len(want)-1, strings.Count(err.Error(), "\n"))
			}
		}
	})
}
