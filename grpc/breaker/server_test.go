package breaker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

var (
	ann  = &userv1.User{Id: "7", Name: "Ann", Age: 30}
	down = status.Error(codes.Unavailable, "down")
)

func breaker(t testing.TB, c Config) *Breaker {
	b, err := New(c)
	require.NoError(t, err)
	return b
}

// A server is what a test makes of it.
type server struct {
	err   error
	takes time.Duration // until the ctx ends, if that is sooner
	calls atomic.Int64
}

func (s *server) get(ctx context.Context, _ string) (*userv1.User, error) {
	s.calls.Add(1)
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.err != nil {
		return nil, s.err
	}
	return ann, nil
}

func (s *server) methods() inmemory.Methods { return inmemory.Methods{Get: s.get, Create: s.get} }

func byConnect(m inmemory.Methods, b *Breaker) inmemory.Client {
	return inmemory.Connect(m, nil, b.Connect)
}

func overHTTP(m inmemory.Methods, b *Breaker) inmemory.Client {
	return inmemory.ConnectHTTP(m, nil, nil, b.Connect)
}

func byGRPC(m inmemory.Methods, b *Breaker) inmemory.Client {
	return inmemory.GRPC(m, nil, grpc.WithChainUnaryInterceptor(b.GRPC))
}

// each runs a test in a bubble, by each library.
func each(t *testing.T, c Config, test func(*testing.T, *server, inmemory.Client, *Breaker)) {
	t.Parallel()
	for name, serve := range map[string]func(inmemory.Methods, *Breaker) inmemory.Client{
		"connect": byConnect, "http": overHTTP, "grpc": byGRPC,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, b := new(server), breaker(t, c)
				client := serve(s.methods(), b)
				defer client.Close()
				test(t, s, client, b)
			})
		})
	}
}

// call calls n times, one after the other, and returns the last error.
func call(t *testing.T, n int, c inmemory.Client) (err error) {
	for range n {
		_, err = c.Get(t.Context(), "7")
	}
	return err
}

// together calls n times at once, and returns how many were refused.
func together(t *testing.T, n int, c inmemory.Client) (refused int64) {
	var wg sync.WaitGroup
	var count atomic.Int64
	for range n {
		wg.Go(func() {
			if _, err := c.Get(t.Context(), "7"); errors.Is(err, gobreaker.ErrTooManyRequests) {
				assert.Equal(t, codes.Unavailable, inmemory.Code(err))
				r, _ := errors.AsType[Refused](err)
				assert.Zero(t, r.After)
				count.Add(1)
			}
		})
	}
	wg.Wait()
	return count.Load()
}
