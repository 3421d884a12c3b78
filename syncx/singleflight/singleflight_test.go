package singleflight

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errDown   = errors.New("bank is down")
	errHungUp = errors.New("client hung up")
)

// A joiner is a context that tells when its caller has joined a flight: once
// that is done, the select of the caller asks for Done.
type joiner struct {
	context.Context //nolint:containedctx // a context of its own
	tell            func()
}

func (j joiner) Done() <-chan struct{} {
	j.tell()
	return j.Context.Done()
}

// joining returns a context that calls tell when its caller has joined.
func joining(ctx context.Context, tell func()) context.Context {
	return joiner{ctx, sync.OnceFunc(tell)}
}

// together calls f n times at once, each with a context, and closes joined
// when all calls have joined.
func together(ctx context.Context, n int, joined chan<- struct{}, f func(ctx context.Context, i int)) {
	var all, wg sync.WaitGroup
	all.Add(n)
	for i := range n {
		wg.Go(func() { f(joining(ctx, all.Done), i) })
	}
	all.Wait()
	close(joined)
	wg.Wait()
}

// The second joins, and so makes the client of the first hang up.
func TestRates_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		first, hangUp := context.WithCancel(t.Context())
		asked := make(chan struct{})
		r := Rates{Ask: func(ctx context.Context, _ string) (float64, error) {
			close(asked)
			<-ctx.Done()
			return 0, ctx.Err()
		}}
		go func() { _, _ = r.Of(first, "EUR") }()
		<-asked
		second := joining(t.Context(), hangUp)
		_, err := r.Of(second, "EUR")
		require.ErrorIs(t, err, context.Canceled)
		assert.NoError(t, second.Err(), "it is alive")
	})
}

// The near-miss: a client may hang up once it has its answer.
func TestRates_Of_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r := Rates{Ask: func(ctx context.Context, _ string) (float64, error) {
			return 1.09, ctx.Err()
		}}
		for range 2 {
			ctx, hangUp := context.WithCancel(t.Context())
			rate, err := r.Of(ctx, "EUR")
			require.NoError(t, err)
			assert.InDelta(t, 1.09, rate, 0)
			hangUp()
		}
	})
}

// The same, and the second gets its answer.
func TestGroup_eachCallerLeavesOnItsOwnContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		type trace struct{}
		first, hangUp := context.WithCancelCause(context.WithValue(t.Context(), trace{}, "t1"))
		var g Group[string, string]
		asked, left := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(left)
			_, err := g.Do(first, "EUR", func(ctx context.Context) (string, error) {
				close(asked)
				<-left
				_, limited := ctx.Deadline()
				assert.False(t, limited)
				id, _ := ctx.Value(trace{}).(string)
				return id, ctx.Err()
			})
			assert.ErrorIs(t, err, errHungUp)
		}()
		<-asked
		second := joining(t.Context(), func() { hangUp(errHungUp) })
		value, err := g.Do(second, "EUR", nil)
		require.NoError(t, err)
		assert.Equal(t, "t1", value, "the values of the first caller are kept")
	})
}

func TestGroup_loadsOnceForAllWhoWait(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{"a value": nil, "an error": errDown} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				var g Group[string, int]
				joined := make(chan struct{})
				loads := 0
				load := func(context.Context) (int, error) {
					<-joined
					loads++
					return loads, want
				}
				together(t.Context(), 8, joined, func(ctx context.Context, _ int) {
					value, err := g.Do(ctx, "EUR", load)
					assert.ErrorIs(t, err, want)
					assert.Equal(t, 1, value)
				})
				value, _ := g.Do(t.Context(), "EUR", load)
				assert.Equal(t, 2, value, "nothing is kept")
			})
		})
	}
}

func TestGroup_keysDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[[2]string, int]
		value, err := g.Do(t.Context(), [2]string{"a", "ada"}, func(ctx context.Context) (int, error) {
			return g.Do(ctx, [2]string{"b", "ada"}, func(context.Context) (int, error) { return 7, nil })
		})
		require.NoError(t, err)
		assert.Equal(t, 7, value)
	})
}

// Two leave, one after the other; the load that they wait for is slow to heed
// its ctx, and ends only when the next one for the key is under way.
func TestGroup_isCancelledWhenTheLastCallerLeaves(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[string, string]
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		left, anew := make(chan struct{}), make(chan struct{})
		asked := make(chan context.Context, 1)
		go func() {
			defer close(left)
			_, err := g.Do(first, "EUR", func(ctx context.Context) (string, error) {
				asked <- ctx
				<-ctx.Done()
				<-anew
				return "old", nil
			})
			assert.ErrorIs(t, err, context.Canceled)
		}()
		ctx := <-asked
		old := g.flight("EUR")
		_, err := g.Do(joining(second, func() {
			leaveFirst()
			<-left
			assert.NoError(t, ctx.Err(), "one is still waiting")
			leaveSecond()
		}), "EUR", nil)
		require.ErrorIs(t, err, context.Canceled)
		<-ctx.Done()

		value, err := g.Do(t.Context(), "EUR", func(ctx context.Context) (string, error) {
			close(anew)
			<-old.landed
			assert.NotNil(t, g.flight("EUR"), "it is that of another")
			return "new", ctx.Err()
		})
		require.NoError(t, err)
		assert.Equal(t, "new", value)
		assert.Nil(t, g.flight("EUR"))
	})
}

// flight returns that of the key, if there is one.
func (g *Group[K, V]) flight(key K) *flight[V] {
	g.mu.Lock() // held until a flight that has landed has freed its key
	defer g.mu.Unlock()
	return g.flights[key]
}

func TestGroup_Forget_loadsAnew(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[string, string]
		g.Forget("EUR") // forgets nothing
		asked, forgotten, answered := make(chan struct{}), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(answered)
			value, err := g.Do(t.Context(), "EUR", func(ctx context.Context) (string, error) {
				close(asked)
				<-forgotten
				return "old", ctx.Err()
			})
			assert.NoError(t, err)
			assert.Equal(t, "old", value)
		}()
		<-asked
		old := g.flight("EUR")
		g.Forget("EUR")
		value, err := g.Do(t.Context(), "EUR", func(context.Context) (string, error) {
			close(forgotten)
			<-old.landed
			assert.NotNil(t, g.flight("EUR"), "it is that of another")
			return "new", nil
		})
		require.NoError(t, err)
		assert.Equal(t, "new", value)
		assert.Nil(t, g.flight("EUR"))
		<-answered
	})
}

// Both are ready when select looks, again and again.
func TestGroup_prefersAResultToTheEndOfContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for range 50 {
			var g Group[string, int]
			ctx, cancel := context.WithCancel(t.Context())
			waiting := make(chan struct{})
			value, err := g.Do(joining(ctx, func() {
				f := g.flight("EUR")
				close(waiting)
				<-f.landed
				cancel()
			}), "EUR", func(context.Context) (int, error) { <-waiting; return 7, nil })
			require.NoError(t, err)
			assert.Equal(t, 7, value)
		}
	})
}

func TestGroup_loadsNothingForAContextThatHasEnded(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[string, int]
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errHungUp)
		_, err := g.Do(ctx, "EUR", func(context.Context) (int, error) {
			assert.Fail(t, "it loads")
			return 0, nil
		})
		assert.ErrorIs(t, err, errHungUp)
	})
}

func TestGroup_panicsInEveryCaller(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[string, int]
		joined := make(chan struct{})
		together(t.Context(), 4, joined, func(ctx context.Context, _ int) {
			defer func() {
				err, _ := recover().(error)
				assert.ErrorIs(t, err, errDown)
				p, ok := errors.AsType[*PanicError](err)
				assert.True(t, ok)
				assert.Equal(t, errDown, p.Value)
				assert.Contains(t, string(p.Stack), "broken", "where it was")
				assert.Contains(t, err.Error(), errDown.Error())
			}()
			_, _ = g.Do(ctx, "EUR", func(context.Context) (int, error) { return broken(joined) })
			assert.Fail(t, "it returned")
		})
		assert.Nil(t, g.flight("EUR"))
		assert.NoError(t, (&PanicError{Value: "no error"}).Unwrap())
	})
}

func broken(joined <-chan struct{}) (int, error) {
	<-joined
	panic(errDown)
}

// A panic that no caller is left to hear of is as loud as any.
func TestGroup_hidesNoPanic(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Panic, func() {
		var g Group[string, int]
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan struct{})
		_, _ = g.Do(joining(ctx, cancel), "EUR", func(context.Context) (int, error) { return broken(left) })
		close(left)
	})
	assert.Equal(t, detect.Panicked, r.End)
	assert.Contains(t, r.Text, errDown.Error())
}

func TestGroup_saysThatLoadExited(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[string, int]
		_, err := g.Do(t.Context(), "EUR", func(context.Context) (int, error) { runtime.Goexit(); return 7, nil })
		require.ErrorIs(t, err, ErrExited)
		assert.Nil(t, g.flight("EUR"))
	})
}

func TestShop_For(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		joined := make(chan struct{})
		shop := Shop{Prices: func() []int { <-joined; return []int{100} }}
		paid := make([][]int, 2)
		together(t.Context(), 2, joined, func(ctx context.Context, i int) {
			paid[i], _ = shop.For(ctx, 10+40*i)
		})
		assert.Equal(t, paid[0], paid[1], "of 10 and of 50 per cent off")
	})
}

// The near-miss: one after the other, each gets a slice of its own.
func TestShop_For_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		shop := Shop{Prices: func() []int { return []int{100} }}
		for percent, want := range map[int][]int{10: {90}, 50: {50}} {
			paid, err := shop.For(t.Context(), percent)
			require.NoError(t, err)
			assert.Equal(t, want, paid)
		}
	})
}

func TestProfiles_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		joined := make(chan struct{})
		p := Profiles{Read: func(tenant, user string) (string, error) {
			<-joined
			return user + " of " + tenant, nil
		}}
		read := make([]string, 2)
		together(t.Context(), 2, joined, func(ctx context.Context, i int) {
			read[i], _ = p.Of(ctx, []string{"acme", "umbrella"}[i], "ada")
		})
		assert.Equal(t, read[0], read[1], "two tenants read one profile")
	})
}

// The near-miss: while each asks for another user, the key will do.
func TestProfiles_Of_twoUsers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		joined := make(chan struct{})
		p := Profiles{Read: func(tenant, user string) (string, error) {
			<-joined
			return user + " of " + tenant, nil
		}}
		together(t.Context(), 2, joined, func(ctx context.Context, i int) {
			tenant, user := []string{"acme", "umbrella"}[i], []string{"ada", "rob"}[i]
			profile, err := p.Of(ctx, tenant, user)
			assert.NoError(t, err)
			assert.Equal(t, user+" of "+tenant, profile)
		})
	})
}

// The first request is lost; the warehouse would answer the second.
func TestStock_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		lost := make(chan int)
		requests := 0
		s := Stock{Count: func(string) (int, error) {
			if requests++; requests == 1 {
				return <-lost, nil
			}
			return 7, nil
		}}
		for range 3 {
			ctx, timeOut := context.WithCancel(t.Context())
			_, err := s.Of(joining(ctx, timeOut), "tea")
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

// The near-miss: as long as each request is answered.
func TestStock_Of_answered(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := Stock{Count: func(string) (int, error) { return 7, nil }}
		n, err := s.Of(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, 7, n)
	})
}

// The same with a load that heeds its ctx: the second gets its answer.
func TestGroup_aLostRequestDoesNotHoldTheKey(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var g Group[string, int]
		lost := make(chan int)
		count := func(ctx context.Context) (int, error) {
			select {
			case n := <-lost:
				return n, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		ctx, timeOut := context.WithCancel(t.Context())
		_, err := g.Do(joining(ctx, timeOut), "tea", count)
		require.ErrorIs(t, err, context.Canceled)
		n, err := g.Do(t.Context(), "tea", func(context.Context) (int, error) { return 7, nil })
		require.NoError(t, err)
		assert.Equal(t, 7, n)
	})
}

func TestThumbnails_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		thumbnails := Thumbnails{Shrink: func(picture string) []byte { return []byte(picture[:4]) }}
		_ = thumbnails.Of(t.Context(), "")
		assert.Fail(t, "it recovered")
	})
}

// The near-miss: a picture that is whole.
func TestThumbnails_Of_whole(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		thumbnails := Thumbnails{Shrink: func(picture string) []byte { return []byte(picture[:4]) }}
		assert.Equal(t, "GIF8", string(thumbnails.Of(t.Context(), "GIF89a")))
	})
}
