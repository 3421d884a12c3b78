package shutdown

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
)

func TestAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		detect.Bug(t, func() {
			r := start(t, library, new(Drain), plainly(AtOnce))
			c, done := r.dial()
			answered := call(c, "slow")
			<-r.entered
			r.signal()
			assert.Equal(t, codes.Unavailable, <-answered)
			close(r.released)
			assert.NoError(t, <-r.served)
			done()
		})
	})
}

func TestDrain_Serve_answersWhatIsInHandlers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		detect.Fix(t, func() {
			r := start(t, library, &Drain{Timeout: time.Minute}, drained)
			c, done := r.dial()
			answered := call(c, "slow")
			<-r.entered
			r.signal()
			<-r.leaving
			close(r.released)
			assert.Equal(t, codes.OK, <-answered)
			assert.NoError(t, <-r.served)
			done()
		}, detect.Within(5*time.Second))
	})
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		detect.Bug(t, func() {
			r := start(t, library, new(Drain), plainly(NoLimit))
			c, done := r.dial()
			defer done()
			_ = stream(t, c)
			r.signal()
			assert.NoError(t, <-r.served)
		})
	})
}

// The near-miss: calls end by themselves, and a test that makes only such sees
// nothing.
func TestNoLimit_withoutStreams(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		detect.Fix(t, func() {
			r := start(t, library, new(Drain), plainly(NoLimit))
			c, done := r.dial()
			assert.Equal(t, codes.OK, <-call(c, "7"))
			r.signal()
			assert.NoError(t, <-r.served)
			done()
		}, detect.Within(5*time.Second))
	})
}

func TestDrain_Serve_tellsStreams(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		detect.Fix(t, func() {
			r := start(t, library, &Drain{Timeout: time.Minute}, drained)
			c, done := r.dial()
			ended := stream(t, c)
			r.signal()
			err := <-ended
			assert.Equal(t, codes.Unavailable, status.Code(err))
			assert.Equal(t, "leaving", status.Convert(err).Message())
			assert.NoError(t, <-r.served)
			done()
		}, detect.Within(5*time.Second))
	})
}

// untold is Untold with a drain that waits.
func untold(d *Drain) serve {
	return func(ctx context.Context, s Server, l net.Listener) error { return Untold(ctx, s, l, d) }
}

func TestUntold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		detect.Bug(t, func() {
			r := start(t, library, &Drain{Timeout: time.Minute}, untold)
			c, done := r.dial()
			answered := call(c, "slow")
			<-r.entered
			assert.Equal(t, "SERVING", r.says())
			r.signal()
			<-r.refused()
			assert.Equal(t, "Unavailable", r.says(), "who asks is refused, as are calls")
			close(r.released)
			assert.Equal(t, codes.OK, <-answered)
			assert.NoError(t, <-r.served)
			done()
		}, detect.Within(5*time.Second))
	})
}

// refused is closed when nobody listens any more.
func (r *run) refused() <-chan struct{} {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		for {
			c, err := r.listen.Dial(context.Background(), "", "")
			if errors.Is(err, net.ErrClosed) {
				return
			}
			_ = c.Close()
		}
	}()
	return closed
}

// During the Delay who asks is told, and who calls is served, on new connections
// as on old ones.
func TestDrain_Serve_saysSoFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, library, &Drain{Delay: 5 * time.Second, Timeout: time.Minute}, drained)
			old, closeOld := r.dial()
			assert.Equal(t, codes.OK, <-call(old, "7"))
			assert.Equal(t, "SERVING", r.says())
			start := time.Now()
			r.signal()
			synctest.Wait()
			assert.Equal(t, "NOT_SERVING", r.says())
			assert.Equal(t, codes.OK, <-call(old, "7"))
			fresh, closeFresh := r.dial()
			assert.Equal(t, codes.OK, <-call(fresh, "7"))
			closeOld()
			closeFresh()
			require.NoError(t, <-r.served)
			assert.GreaterOrEqual(t, time.Since(start), 5*time.Second)
			assert.Equal(t, "Unavailable", r.says())
		})
	})
}

// A handler that takes too long, and does not look at its ctx, holds nothing up.
func TestDrain_Serve_cutsOffWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, library, &Drain{Delay: 5 * time.Second, Timeout: 20 * time.Second}, drained)
			c, done := r.dial()
			answered := call(c, "slow")
			<-r.entered
			start := time.Now()
			r.signal()
			require.EqualError(t, <-r.served, "calls were cut off after 20s")
			assert.Equal(t, 25*time.Second, time.Since(start))
			assert.Equal(t, codes.Unavailable, <-answered)
			close(r.released)
			done()
		})
	})
}

// Who watches health does not leave by himself.
func TestDrain_Serve_cutsOffWhoWatchesHealth(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, library, &Drain{Timeout: 20 * time.Second}, drained)
			c, done := r.dial()
			w, err := healthv1.NewHealthClient(c).Watch(t.Context(), new(healthv1.HealthCheckRequest))
			require.NoError(t, err)
			for _, want := range []string{"SERVING", "NOT_SERVING"} {
				res, err := w.Recv()
				require.NoError(t, err)
				assert.Equal(t, want, res.GetStatus().String())
				r.signal()
			}
			require.EqualError(t, <-r.served, "calls were cut off after 20s")
			_, err = w.Recv()
			require.Error(t, err)
			done()
		})
	})
}

// A listener that fails is an error, and its server drains.
func TestDrain_Serve_saysThatItsListenerFailed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, library, &Drain{Delay: time.Hour, Timeout: time.Minute}, drained)
			c, done := r.dial()
			ended := stream(t, c)
			require.NoError(t, r.listen.Close())
			assert.Equal(t, codes.Unavailable, status.Code(<-ended))
			assert.ErrorIs(t, <-r.served, net.ErrClosed)
			done()
		})
	})
}

// A signal can come before the goroutine that serves has begun.
func TestServer_Serve_afterItsEnd(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, library string) {
		for name, end := range map[string]func(Server){
			"Wait": func(s Server) { s.Wait() },
			"Stop": func(s Server) { s.Stop() },
		} {
			s, _ := libraries[library](newService(new(Drain)))
			l := memnet.Listen()
			end(s)
			require.NoError(t, s.Serve(l), name)
			_, err := l.Dial(t.Context(), "", "")
			assert.ErrorIs(t, err, net.ErrClosed, name)
		}
	})
}
