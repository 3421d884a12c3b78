package constructors

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errSlow   = errors.New("backend was slow")
	errLeft   = errors.New("client left")
	errParent = errors.New("server stops")
)

type userKey struct{}

// made is what a constructor returns; end is its own way to end, if it has one.
type made struct {
	ctx context.Context //nolint:containedctx // the value under test
	end func()
}

// constructors is the table of the package comment.
var constructors = []struct {
	name       string
	make       func(parent context.Context) made
	root       bool // does not end with the parent
	deadline   bool
	err, cause error // at its own end
}{
	{"Background", func(context.Context) made {
		return made{context.Background(), nil}
	}, true, false, nil, nil},
	{"TODO", func(context.Context) made {
		return made{context.TODO(), nil}
	}, true, false, nil, nil},
	{"WithoutCancel", func(parent context.Context) made {
		return made{context.WithoutCancel(parent), nil}
	}, true, false, nil, nil},
	{"WithValue", func(parent context.Context) made {
		return made{context.WithValue(parent, userKey{}, "anna"), nil}
	}, false, false, nil, nil},
	{"WithCancel", func(parent context.Context) made {
		ctx, cancel := context.WithCancel(parent)
		return made{ctx, cancel}
	}, false, false, context.Canceled, context.Canceled},
	{"WithCancelCause", func(parent context.Context) made {
		ctx, cancel := context.WithCancelCause(parent)
		return made{ctx, func() { cancel(errLeft) }}
	}, false, false, context.Canceled, errLeft},
	{"WithCancelCause of nil", func(parent context.Context) made {
		ctx, cancel := context.WithCancelCause(parent)
		return made{ctx, func() { cancel(nil) }}
	}, false, false, context.Canceled, context.Canceled},
	{"WithTimeout", func(parent context.Context) made {
		ctx, cancel := context.WithTimeout(parent, time.Second)
		return made{ctx, func() { time.Sleep(time.Second); synctest.Wait(); cancel() }}
	}, false, true, context.DeadlineExceeded, context.DeadlineExceeded},
	{"WithTimeout, cancelled", func(parent context.Context) made {
		ctx, cancel := context.WithTimeout(parent, time.Second)
		return made{ctx, cancel}
	}, false, true, context.Canceled, context.Canceled},
	{"WithTimeoutCause", func(parent context.Context) made {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, errSlow)
		return made{ctx, func() { time.Sleep(time.Second); synctest.Wait(); cancel() }}
	}, false, true, context.DeadlineExceeded, errSlow},
	{"WithTimeoutCause, cancelled", func(parent context.Context) made {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, errSlow)
		return made{ctx, cancel}
	}, false, true, context.Canceled, context.Canceled},
	{"WithDeadline", func(parent context.Context) made {
		ctx, cancel := context.WithDeadline(parent, time.Now().Add(time.Second))
		return made{ctx, func() { time.Sleep(time.Second); synctest.Wait(); cancel() }}
	}, false, true, context.DeadlineExceeded, context.DeadlineExceeded},
	{"WithDeadlineCause", func(parent context.Context) made {
		ctx, cancel := context.WithDeadlineCause(parent, time.Now().Add(time.Second), errSlow)
		return made{ctx, func() { time.Sleep(time.Second); synctest.Wait(); cancel() }}
	}, false, true, context.DeadlineExceeded, errSlow},
}

func TestConstructors_beforeTheirEnd(t *testing.T) {
	t.Parallel()
	for _, c := range constructors {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, stop := context.WithCancelCause(t.Context())
				defer stop(errParent) // and so its children, below
				ctx := c.make(parent).ctx
				assert.NoError(t, ctx.Err())
				assert.NoError(t, context.Cause(ctx))
				assert.Equal(t, c.root, ctx.Done() == nil)
				_, ok := ctx.Deadline()
				assert.Equal(t, c.deadline, ok)
				assert.Equal(t, c.name == "WithValue", ctx.Done() == parent.Done())
			})
		})
	}
}

func TestConstructors_atTheirOwnEnd(t *testing.T) {
	t.Parallel()
	for _, c := range constructors {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, stop := context.WithCancelCause(t.Context())
				defer stop(nil)
				m := c.make(parent)
				if m.end != nil {
					m.end()
				}
				assert.Equal(t, c.err, m.ctx.Err())
				assert.Equal(t, c.cause, context.Cause(m.ctx))
				require.NoError(t, parent.Err(), "a child does not end its parent")
				if c.err == nil {
					return
				}
				stop(errParent)
				assert.Equal(t, c.err, m.ctx.Err(), "the first end stays")
				assert.Equal(t, c.cause, context.Cause(m.ctx))
			})
		})
	}
}

func TestConstructors_atTheirParentsEnd(t *testing.T) {
	t.Parallel()
	for _, c := range constructors {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, stop := context.WithCancelCause(t.Context())
				m := c.make(parent)
				stop(errParent)
				if c.root {
					assert.NoError(t, m.ctx.Err())
					assert.NoError(t, context.Cause(m.ctx))
					return
				}
				assert.Equal(t, context.Canceled, m.ctx.Err())
				assert.Equal(t, errParent, context.Cause(m.ctx))
				if m.end != nil {
					m.end()
					assert.Equal(t, errParent, context.Cause(m.ctx), "the first cause stays")
				}
			})
		})
	}
}

func TestWithoutCancel_keepsTheValues(t *testing.T) {
	t.Parallel()
	ctx := context.WithoutCancel(context.WithValue(t.Context(), userKey{}, "anna"))
	assert.Equal(t, "anna", ctx.Value(userKey{}))
}

func TestNotifyContext_endsWithItsParentAndItsStop(t *testing.T) {
	t.Parallel()
	parent, cancel := context.WithCancelCause(t.Context())
	ctx, stop := signal.NotifyContext(parent, os.Interrupt)
	defer stop()
	assert.NoError(t, ctx.Err())
	cancel(errParent)
	<-ctx.Done()
	assert.Equal(t, errParent, context.Cause(ctx))

	ctx, stop = signal.NotifyContext(t.Context(), os.Interrupt)
	stop()
	assert.Equal(t, context.Canceled, ctx.Err())
	assert.Equal(t, context.Canceled, context.Cause(ctx))
}

func TestTContext_endsBeforeTheCleanups(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	assert.NoError(t, ctx.Err())
	t.Cleanup(func() { assert.Equal(t, context.Canceled, ctx.Err()) })
}

func TestAfterFunc_runsOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ran := 0
		count := func() { ran++ }
		stopped := context.AfterFunc(ctx, count)
		assert.True(t, stopped())
		assert.False(t, stopped(), "only the first stop stops")
		kept := context.AfterFunc(ctx, count)
		cancel()
		synctest.Wait()
		assert.Equal(t, 1, ran)
		assert.False(t, kept())
		context.AfterFunc(ctx, count)
		synctest.Wait()
		assert.Equal(t, 2, ran, "at once, when ctx has ended already")
	})
}

func TestRead_readsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		conn, peer := net.Pipe()
		defer func() { assert.NoError(t, errors.Join(conn.Close(), peer.Close())) }()
		ctx, cancel := context.WithCancelCause(t.Context())
		p := make([]byte, 9)

		go func() { _, _ = io.WriteString(peer, "one") }()
		n, err := Read(ctx, conn, p)
		require.NoError(t, err)
		assert.Equal(t, "one", string(p[:n]))

		go func() { cancel(errLeft) }()
		n, err = Read(ctx, conn, p)
		require.ErrorIs(t, err, errLeft)
		assert.Zero(t, n)

		// The connection is as good as before.
		go func() { _, _ = io.WriteString(peer, "two") }()
		n, err = Read(t.Context(), conn, p)
		require.NoError(t, err)
		assert.Equal(t, "two", string(p[:n]))
	})
}

// A slowConn takes its time to set the deadline, while what was read returns.
type slowConn struct {
	net.Conn
	cancel func()
	set    []time.Time
	fail   error // of SetReadDeadline
}

func (c *slowConn) Read(p []byte) (int, error) {
	c.cancel()
	return copy(p, "in time"), nil
}

func (c *slowConn) SetReadDeadline(at time.Time) error {
	if !at.IsZero() {
		time.Sleep(time.Second)
	}
	c.set = append(c.set, at)
	return c.fail
}

func TestRead_clearsItsDeadlineLastAndKeepsTheBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		conn := &slowConn{cancel: cancel}
		p := make([]byte, 9)
		n, err := Read(ctx, conn, p)
		require.NoError(t, err)
		assert.Equal(t, "in time", string(p[:n]))
		require.Len(t, conn.set, 2)
		assert.Zero(t, conn.set[1])

		conn.fail = errSlow
		n, err = Read(ctx, conn, p)
		assert.ErrorIs(t, err, errSlow, "the next Read may fail too early")
		assert.Equal(t, "in time", string(p[:n]))
	})
}

func TestRead_reportsOtherErrorsAsTheyAre(t *testing.T) {
	t.Parallel()
	conn, peer := net.Pipe()
	require.NoError(t, peer.Close())
	_, err := Read(t.Context(), conn, make([]byte, 1))
	assert.Equal(t, io.EOF, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, conn.Close())
	_, err = Read(ctx, conn, make([]byte, 1))
	assert.ErrorIs(t, err, io.ErrClosedPipe)
	assert.NotErrorIs(t, err, context.Canceled)
}

func TestMerge_endsWithTheFirst(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{"one": errLeft, "other": errParent, "cancel": context.Canceled} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				one, endOne := context.WithCancelCause(context.WithValue(t.Context(), userKey{}, "anna"))
				other, endOther := context.WithCancelCause(t.Context())
				ctx, cancel := Merge(one, other)
				defer cancel()
				assert.NoError(t, ctx.Err())
				assert.Equal(t, "anna", ctx.Value(userKey{}))
				map[string]func(){
					"one":    func() { endOne(errLeft) },
					"other":  func() { endOther(errParent) },
					"cancel": cancel,
				}[name]()
				<-ctx.Done()
				endOne(nil)
				endOther(nil)
				assert.Equal(t, want, context.Cause(ctx))
			})
		})
	}
}

// kept reports whether the body of a request is still in memory when handle
// has returned and the server's ctx lives on, after so many collections. The
// runtime drops a stopped timer when the P that it is on next tidies up, which
// on a busy machine may take a while: who expects no body allows many.
func kept(server context.Context, collections int, handle func(request context.Context)) bool {
	body := new([1 << 10]byte)
	ref := weak.Make(body)
	handle(context.WithValue(server, userKey{}, body))
	for range collections {
		if runtime.GC(); ref.Value() == nil {
			return false
		}
		<-time.After(time.Millisecond)
	}
	runtime.KeepAlive(server)
	return true
}

const many = 1000

func TestForgotten(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		server, stop := context.WithCancel(t.Context())
		defer stop()
		assert.True(t, kept(server, 10, func(request context.Context) {
			Forgotten(request, func(context.Context) {})
		}))
	})
}

// The near-miss: the server ends, and with it all that was forgotten below.
func TestForgotten_serverEnds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		server, stop := context.WithCancel(t.Context())
		assert.False(t, kept(server, many, func(request context.Context) {
			Forgotten(request, func(context.Context) {})
			stop()
		}))
	})
}

func TestForgotten_untilTheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, stop := context.WithCancel(t.Context())
		defer stop()
		assert.False(t, kept(server, many, func(request context.Context) {
			Forgotten(request, func(context.Context) {})
			time.Sleep(time.Hour)
			synctest.Wait()
		}))
	})
}

func TestMerge_isKeptByNeitherAfterCancel(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		server, stop := context.WithCancel(t.Context())
		defer stop()
		request, end := context.WithCancel(t.Context())
		defer end()
		for _, parent := range []context.Context{server, request} {
			assert.False(t, kept(parent, many, func(ctx context.Context) {
				_, cancel := Merge(ctx, server)
				cancel()
				_, cancel = Merge(request, ctx)
				cancel()
			}))
		}
	})
}

func TestForeignParent(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		stop := make(chan struct{}) // the server runs on
		ForeignParent(stop, func(ctx context.Context) { assert.NoError(t, ctx.Err()) })
	})
}

// The near-miss: cancel ends the goroutine as well.
func TestForeignParent_withCancel(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		stop := make(chan struct{})
		ctx, cancel := budget(stopCtx{stop})
		assert.NoError(t, ctx.Err())
		cancel()
	})
}

func TestForeignParent_stops(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		stop := make(chan struct{})
		ForeignParent(stop, func(ctx context.Context) {
			close(stop)
			<-ctx.Done()
			assert.Equal(t, context.Canceled, ctx.Err())
		})
	})
}

func TestVet_refusesALostCancel(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}
