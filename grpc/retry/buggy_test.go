package retry

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/users"
)

// unheard makes users, and its first answer is lost.
type unheard struct {
	users.Memory

	made, lost int
}

func (s *unheard) methods() inmemory.Methods {
	return inmemory.Methods{
		Get: func(ctx context.Context, id string) (*userv1.User, error) { return s.Get(ctx, id) },
		Create: func(ctx context.Context, name string) (*userv1.User, error) {
			s.made++
			u, err := s.Create(ctx, name, 30)
			if s.lost == 0 {
				s.lost++
				return nil, down
			}
			return u, err
		},
	}
}

func TestRetriesAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := new(unheard)
		c := inmemory.GRPC(s.methods(), nil, grpc.WithUnaryInterceptor(RetriesAll(time.Millisecond)))
		defer c.Close()
		_, err := c.Create(t.Context(), "Ann")
		assert.Equal(t, 3, s.made)
		assert.Equal(t, codes.AlreadyExists, inmemory.Code(err), "of the user that the first try made")
	})
}

// The near-miss: what has no side effects may be repeated.
func TestRetriesAll_ofWhatIsSafe(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &server{err: down, after: 1}
		c := inmemory.GRPC(s.methods(), nil, grpc.WithUnaryInterceptor(RetriesAll(time.Millisecond)))
		defer c.Close()
		_, err := c.Get(t.Context(), "7")
		require.NoError(t, err)
	})
}

func TestPolicy_GRPC(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := new(unheard)
		c := inmemory.GRPC(s.methods(), nil, grpc.WithUnaryInterceptor(policy(t, Default).GRPC))
		defer c.Close()
		_, err := c.Create(t.Context(), "Ann")
		assert.Equal(t, 1, s.made)
		assert.Equal(t, codes.Unavailable, inmemory.Code(err), "the caller must ask whether she is there")
	})
}

func TestEveryLayer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &server{err: down}
		ask := s.get
		for range 3 {
			ask = EveryLayer(inmemory.Connect(inmemory.Methods{Get: ask}, nil).Get, time.Microsecond)
		}
		_, err := ask(t.Context(), "7")
		assert.ErrorIs(t, err, users.ErrUnavailable)
		assert.Len(t, s.tries, 27)
	})
}

// The near-miss: one layer.
func TestEveryLayer_alone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &server{err: down}
		_, err := EveryLayer(inmemory.Connect(s.methods(), nil).Get, time.Microsecond)(t.Context(), "7")
		assert.ErrorIs(t, err, users.ErrUnavailable)
		assert.Len(t, s.tries, 3)
	})
}

// quick is for scenarios, some of which run in real time.
var quick = Config{Tries: 3, Base: time.Microsecond, Max: time.Microsecond, Tokens: 20, Ratio: 0.1}

// layered puts three layers in front of a server; each has a Policy, translates
// the error of the one below into its own, and says that it gave up.
func layered(t *testing.T, l library, g Get) (ask Get, stop func()) {
	var none string
	stop = func() {}
	for range 3 {
		c := l.dial(policy(t, quick), inmemory.Methods{Get: g}, &none)
		above := stop
		stop = func() { c.Close(); above() }
		g = func(ctx context.Context, id string) (*userv1.User, error) {
			u, err := c.Get(ctx, id)
			if err != nil {
				return nil, errors.Join(users.ErrUnavailable, errors.New(inmemory.Code(err).String()))
			}
			return u, nil
		}
	}
	return g, stop
}

func TestConnectServer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &server{err: down}
		ask, stop := layered(t, libraries[0], s.get)
		defer stop()
		_, err := ask(t.Context(), "7")
		assert.ErrorIs(t, err, users.ErrUnavailable)
		assert.Len(t, s.tries, 3)
	})
}

func TestGRPCServer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &server{err: down}
		ask, stop := layered(t, libraries[1], s.get)
		defer stop()
		_, err := ask(t.Context(), "7")
		assert.ErrorIs(t, err, users.ErrUnavailable)
		assert.Len(t, s.tries, 3)
	})
}

// A server that got its answer in the end has nothing to say to the layer above.
func TestConnectServer_onlyOfWhatFailed(t *testing.T) {
	t.Parallel()
	for _, l := range libraries {
		var none string
		s := &server{err: down}
		below := l.dial(policy(t, quick), s.methods(), &none)
		defer below.Close()
		var asked atomic.Int64
		middle := l.dial(policy(t, quick), inmemory.Methods{Get: func(ctx context.Context, id string) (*userv1.User, error) {
			if _, err := below.Get(ctx, id); err != nil && asked.Add(1) == 1 {
				return nil, down
			}
			return ann, nil
		}}, &none)
		defer middle.Close()
		_, err := middle.Get(t.Context(), "7")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err), "it gave up, and said so")
		ctx, info := connect.NewClientContext(t.Context())
		_, err = middle.Get(ctx, "7")
		assert.NoError(t, err, "it gave up, and had an answer all the same")
		assert.Empty(t, info.ResponseTrailer().Get(pushback))
	}
}

func TestNoJitter(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		pauses := make(map[time.Duration]int)
		for range 1000 {
			pauses[NoJitter(100*time.Millisecond, time.Second).NextBackOff()]++
		}
		assert.Equal(t, map[time.Duration]int{100 * time.Millisecond: 1000}, pauses)
	})
}

func TestPolicy_Connect(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		pauses := make(map[time.Duration]int)
		p := policy(t, Config{Tries: 3, Base: 100 * time.Millisecond, Max: time.Second, Tokens: 20})
		for range 1000 {
			pauses[p.pauses().NextBackOff().Truncate(10*time.Millisecond)]++
		}
		assert.Len(t, pauses, 10)
		for _, n := range pauses {
			assert.Less(t, n, 200, "a tenth of the time has about a tenth of them")
		}
		for later := p.pauses(); ; {
			if n := later.NextBackOff(); n > 500*time.Millisecond {
				break // up to a second in the end
			}
		}
		p.Max = p.Base
		bounded := p.pauses()
		for range 1000 {
			assert.LessOrEqual(t, bounded.NextBackOff(), p.Max)
		}
	})
}
