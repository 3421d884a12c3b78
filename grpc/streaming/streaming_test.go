package streaming

import (
	"context"
	"io"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

// When a reader stops, the sender does, after as many entries of 1000 bytes as
// the receiving end has room for, and the sending one.
func TestFeed_Watch_waitsForASlowReader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		link        maker
		least, most int64
	}{
		"in process":       {inProcess, 2, 2},
		"grpc-go":          {byGRPC, 100, 300},
		"connect":          {byConnect, 4000, 4250},
		"connect, limited": {limited, 60, 80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var made atomic.Int64
				l := c.link(t, Feed{Entries: counted(1_000_000, 1000, &made)})
				ctx, cancel := context.WithCancel(t.Context())
				r, err := l.Watch(ctx)
				require.NoError(t, err)
				_, err = r.Receive()
				require.NoError(t, err)
				synctest.Wait() // until nobody can go on
				t.Log(made.Load())
				assert.GreaterOrEqual(t, made.Load(), c.least)
				assert.LessOrEqual(t, made.Load(), c.most)
				cancel()
				l.drain()
			})
		})
	}
}

// ended is a feed without an end, and tells when a call's ctx has ended.
func ended(done chan<- error) Feed {
	return Feed{Entries: func(ctx context.Context) iter.Seq[*feedv1.Entry] {
		return func(yield func(*feedv1.Entry) bool) {
			if yield(&feedv1.Entry{Number: 1}) {
				<-ctx.Done()
			}
			done <- ctx.Err()
		}
	}}
}

func TestFeed_Watch_endsWithItsReader(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, link maker) {
		synctest.Test(t, func(t *testing.T) {
			done := make(chan error, 1)
			l := link(t, ended(done))
			ctx, cancel := context.WithCancel(t.Context())
			err := Each(ctx, l, func(*feedv1.Entry) error {
				cancel()
				return nil
			})
			assert.Equal(t, codes.Canceled, codeOf(err), "%v", err)
			assert.ErrorIs(t, <-done, context.Canceled)
			l.drain()
		})
	})
}

// Both ends learn of a connection that breaks. What the client is told differs,
// and with it what retries.
func TestFeed_Watch_endsWithItsConnection(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]codes.Code{
		"grpc-go": codes.Unavailable,
		"connect": codes.Internal, // "incomplete envelope"
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				done := make(chan error, 1)
				l := links[name](t, ended(done))
				err := Each(t.Context(), l, func(*feedv1.Entry) error {
					l.cut()
					return nil
				})
				assert.Equal(t, code, codeOf(err), "%v", err)
				assert.ErrorIs(t, <-done, context.Canceled)
				l.kill()
			})
		})
	}
}

// Talk ends when either direction fails, with the reason, and without the other.
func TestFeed_Talk_saysWhatFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := func(*feedv1.Entry) error { return nil }
		err := silent().Talk(t.Context(), func() (*feedv1.TalkRequest, error) { return nil, io.ErrUnexpectedEOF }, sent)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)

		over := make(chan struct{}) // as a library has it, when Talk has returned
		requests := make(chan *feedv1.TalkRequest, 1)
		requests <- new(feedv1.TalkRequest)
		err = silent().Talk(t.Context(), func() (*feedv1.TalkRequest, error) {
			select {
			case r := <-requests:
				return r, nil
			case <-over:
				return nil, io.ErrClosedPipe
			}
		}, func(*feedv1.Entry) error { return errEnough })
		require.ErrorIs(t, err, errEnough)
		close(over)
	})
}
