package cache

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("database is down")

// implementations are all caches, and how often each loads one key that
// several ask for at once.
var implementations = map[string]struct {
	empty func() Cache[string, *int]
	loads func(callers int) int
}{
	"Mutex":   {func() Cache[string, *int] { return new(Mutex[string, *int]) }, each},
	"RWMutex": {func() Cache[string, *int] { return new(RWMutex[string, *int]) }, each},
	"SyncMap": {func() Cache[string, *int] { return new(SyncMap[string, *int]) }, each},
	"Flight":  {func() Cache[string, *int] { return new(Flight[string, *int]) }, once},
}

func each(callers int) int { return callers }

func once(int) int { return 1 }

// A waiter is a context that tells when somebody waits for its end.
type waiter struct {
	context.Context //nolint:containedctx // a context of its own
	tell            func()
}

func (w waiter) Done() <-chan struct{} {
	w.tell()
	return w.Context.Done()
}

// waiting returns a context that calls tell when somebody waits for its end.
func waiting(ctx context.Context, tell func()) context.Context {
	return waiter{ctx, sync.OnceFunc(tell)}
}

// callers are how many call at once.
const callers = 8

// together calls f so many times at once. Each has arrived when it loads and
// says so, or when its ctx does: it waits for the load of another. All waits
// until all have.
func together(ctx context.Context, f func(ctx context.Context, arrived func(), all *sync.WaitGroup)) {
	var all, wg sync.WaitGroup
	all.Add(callers)
	for range callers {
		wg.Go(func() {
			arrived := sync.OnceFunc(all.Done)
			f(waiting(ctx, arrived), arrived, &all)
		})
	}
	wg.Wait()
}

// contract is what every cache promises.
var contract = map[string]func(*testing.T, Cache[string, *int]){
	"returns what load returns, and keeps it": func(t *testing.T, c Cache[string, *int]) {
		for _, key := range []string{"a", "b", ""} {
			want := new(7)
			got, err := c.GetOrLoad(t.Context(), key, func(ctx context.Context) (*int, error) { return want, ctx.Err() })
			require.NoError(t, err)
			assert.Same(t, want, got)
			got, err = c.GetOrLoad(t.Context(), key, fails(errors.New("it loads again")))
			require.NoError(t, err)
			assert.Same(t, want, got)
		}
	},
	"keeps a zero value as any other": func(t *testing.T, c Cache[string, *int]) {
		for _, load := range []func(context.Context) (*int, error){fails(nil), fails(errors.New("it loads again"))} {
			got, err := c.GetOrLoad(t.Context(), "a", load)
			require.NoError(t, err)
			assert.Nil(t, got)
		}
	},
	"returns load's error, and does not keep it": func(t *testing.T, c Cache[string, *int]) {
		got, err := c.GetOrLoad(t.Context(), "a", func(context.Context) (*int, error) { return new(1), errDown })
		require.ErrorIs(t, err, errDown)
		assert.Nil(t, got, "a value beside an error is none")
		got, err = c.GetOrLoad(t.Context(), "a", func(context.Context) (*int, error) { return new(2), nil })
		require.NoError(t, err)
		assert.Equal(t, 2, *got)
	},
	"gives load the caller's values, and the caller its cause": func(t *testing.T, c Cache[string, *int]) {
		type trace struct{}
		ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), trace{}, "t1"))
		_, err := c.GetOrLoad(ctx, "a", func(ctx context.Context) (*int, error) {
			assert.Equal(t, "t1", ctx.Value(trace{}))
			cancel(errDown)
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})
		assert.ErrorIs(t, err, errDown)
	},
	"one caller's end is not another's": func(t *testing.T, c Cache[string, *int]) {
		first, cancel := context.WithCancel(t.Context())
		left := make(chan struct{})
		loading := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			_, _ = c.GetOrLoad(first, "a", func(ctx context.Context) (*int, error) {
				close(loading)
				<-left
				return new(1), ctx.Err()
			})
		})
		<-loading
		leave := sync.OnceFunc(func() { cancel(); close(left) })
		got, err := c.GetOrLoad(waiting(t.Context(), leave), "a", func(ctx context.Context) (*int, error) {
			leave()
			return new(1), ctx.Err()
		})
		require.NoError(t, err)
		assert.Equal(t, 1, *got)
		wg.Wait()
	},
	"gives all callers one value": func(t *testing.T, c Cache[string, *int]) {
		got := make(chan *int, callers)
		together(t.Context(), func(ctx context.Context, arrived func(), all *sync.WaitGroup) {
			value, err := c.GetOrLoad(ctx, "a", func(context.Context) (*int, error) {
				arrived()
				all.Wait()
				return new(7), nil
			})
			assert.NoError(t, err)
			got <- value
		})
		first := <-got
		for range callers - 1 {
			assert.Same(t, first, <-got)
		}
	},
	"lets load ask for another key": func(t *testing.T, c Cache[string, *int]) {
		got, err := c.GetOrLoad(t.Context(), "page", func(ctx context.Context) (*int, error) {
			return c.GetOrLoad(ctx, "header", func(context.Context) (*int, error) { return new(7), nil })
		})
		require.NoError(t, err)
		assert.Equal(t, 7, *got)
	},
	"may be used by many at once": func(t *testing.T, c Cache[string, *int]) {
		together(t.Context(), func(ctx context.Context, _ func(), _ *sync.WaitGroup) {
			for i := range 100 {
				got, err := c.GetOrLoad(ctx, strconv.Itoa(i), func(context.Context) (*int, error) { return new(i), nil })
				assert.NoError(t, err)
				assert.Equal(t, i, *got)
			}
		})
	},
}

func fails(err error) func(context.Context) (*int, error) {
	return func(context.Context) (*int, error) { return nil, err }
}

func TestCache_keepsItsContract(t *testing.T) {
	t.Parallel()
	for name, implementation := range implementations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for promise, holds := range contract {
				t.Run(promise, func(t *testing.T) {
					t.Parallel()
					holds(t, implementation.empty())
				})
			}
		})
	}
}

// The whole contract again, under every detector.
func TestCache_keepsItsContract_underDetectors(t *testing.T) {
	t.Parallel()
	for name, implementation := range implementations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				for _, holds := range contract {
					holds(t, implementation.empty())
				}
			})
		})
	}
}

// Here they differ.
func TestCache_howOftenItLoadsForManyAtOnce(t *testing.T) {
	t.Parallel()
	for name, implementation := range implementations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				c := implementation.empty()
				var loads atomic.Int64
				together(t.Context(), func(ctx context.Context, arrived func(), all *sync.WaitGroup) {
					_, err := c.GetOrLoad(ctx, "a", func(context.Context) (*int, error) {
						loads.Add(1)
						arrived()
						all.Wait()
						return new(7), nil
					})
					assert.NoError(t, err)
				})
				assert.EqualValues(t, implementation.loads(callers), loads.Load())
			})
		})
	}
}

// Its ctx is looked at between the first look and the load. By then, another
// caller has loaded.
func TestFlight_looksAgainBeforeItLoads(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Flight[string, int]
		ctx := late{t.Context(), func() {
			_, err := c.GetOrLoad(t.Context(), "a", func(context.Context) (int, error) { return 7, nil })
			assert.NoError(t, err)
		}}
		got, err := c.GetOrLoad(ctx, "a", func(context.Context) (int, error) { return 0, errDown })
		require.NoError(t, err)
		assert.Equal(t, 7, got)
	})
}

// A late context calls before when somebody asks whether it has ended.
type late struct {
	context.Context //nolint:containedctx // a context of its own
	before          func()
}

func (l late) Err() error {
	l.before()
	return l.Context.Err()
}

func TestFlight_leavesALoadThatDoesNotHeedItsContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Flight[string, int]
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan struct{})
		_, err := c.GetOrLoad(waiting(ctx, cancel), "a", func(context.Context) (int, error) { <-left; return 7, nil })
		require.ErrorIs(t, err, context.Canceled)
		close(left)
	})
}

// A page that was there expires, and eight requests come.
func TestPages_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		now := time.Now()
		p := Pages{
			TTL:    time.Minute,
			Now:    func() time.Time { return now },
			Render: func(context.Context, string) (string, error) { return "<html>", nil },
		}
		_, err := p.Get(t.Context(), "/")
		require.NoError(t, err)
		now = now.Add(time.Minute)
		var renders atomic.Int64
		var all sync.WaitGroup
		all.Add(callers)
		p.Render = func(context.Context, string) (string, error) {
			renders.Add(1)
			all.Done()
			all.Wait()
			return "<html>", nil
		}
		together(t.Context(), func(ctx context.Context, _ func(), _ *sync.WaitGroup) {
			html, err := p.Get(ctx, "/")
			assert.NoError(t, err)
			assert.Equal(t, "<html>", html)
		})
		assert.EqualValues(t, callers, renders.Load(), "renderings of one page")
	})
}

// The near-miss: requests one after the other, and eight for a page that has
// not expired.
func TestPages_Get_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		now := time.Now()
		renders := 0
		p := Pages{
			TTL:    time.Minute,
			Now:    func() time.Time { return now },
			Render: func(context.Context, string) (string, error) { renders++; return "<html>", nil },
		}
		for want := range 3 {
			_, err := p.Get(t.Context(), "/")
			require.NoError(t, err)
			together(t.Context(), func(ctx context.Context, _ func(), _ *sync.WaitGroup) {
				_, err := p.Get(ctx, "/")
				assert.NoError(t, err)
			})
			assert.Equal(t, want+1, renders)
			now = now.Add(time.Minute)
		}
	})
}

// One tenant is slow until another, whose settings are there, has them.
func TestTenants_Settings(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		reading, served := make(chan struct{}), make(chan struct{})
		tenants := Tenants{Read: func(_ context.Context, tenant string) (string, error) {
			if tenant == "slow" {
				close(reading)
				<-served
			}
			return "dark", nil
		}}
		_, err := tenants.Settings(t.Context(), "fast")
		require.NoError(t, err)
		go func() { _, _ = tenants.Settings(t.Context(), "slow") }()
		<-reading
		_, _ = tenants.Settings(t.Context(), "fast")
		close(served)
		assert.Fail(t, "it returned")
	})
}

// The near-miss is the bug itself, with a tenant that is slow for a while, and
// not for ever: all wait, and no detector reports.
func TestTenants_Settings_slowForAWhile(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		waitForASlowOne(t, func() {
			for range 1000 {
				runtime.Gosched()
			}
		})
	})
}

// If its while is one of time, a bubble stands still: a goroutine that waits
// for a mutex is not durably blocked, so the clock does not move.
func TestTenants_Settings_slowInABubble(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Synctest, func() {
		waitForASlowOne(t, func() { <-time.After(time.Millisecond) })
	})
	assert.NotEqual(t, detect.Returned, r.End)
}

func waitForASlowOne(t *testing.T, while func()) {
	reading := make(chan struct{})
	tenants := Tenants{Read: func(_ context.Context, tenant string) (string, error) {
		if tenant == "slow" {
			close(reading)
			while()
		}
		return tenant, nil
	}}
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = tenants.Settings(t.Context(), "slow") })
	<-reading
	settings, err := tenants.Settings(t.Context(), "fast")
	require.NoError(t, err)
	assert.Equal(t, "fast", settings)
	wg.Wait()
}

func TestKeys_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		k := Keys{Fetch: func(ctx context.Context, _ string) (string, error) { return "key", ctx.Err() }}
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		_, err := k.Of(ctx, "https://id.example")
		require.ErrorIs(t, err, context.Canceled)
		_, err = k.Of(t.Context(), "https://id.example")
		assert.ErrorIs(t, err, context.Canceled, "of a request that is long over")
	})
}

// The near-miss: as long as nothing fails, the error that is kept is none.
func TestKeys_Of_neverFails(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		fetched := 0
		k := Keys{Fetch: func(ctx context.Context, _ string) (string, error) { fetched++; return "key", ctx.Err() }}
		for range 2 {
			key, err := k.Of(t.Context(), "https://id.example")
			require.NoError(t, err)
			assert.Equal(t, "key", key)
		}
		assert.Equal(t, 1, fetched)
	})
}
