package streaming

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	feedv1 "example.com/goguide/grpc/proto/feed/v1"
)

// many is more than any buffer between the ends holds.
var many = slices.Repeat([][]byte{bytes.Repeat([]byte("?"), 10_000)}, 1000)

// endless is a feed that only its reader ends.
func endless() Feed { return Feed{Entries: counted(1<<30, 1000, new(atomic.Int64))} }

// silent has no entries, only answers.
func silent() Feed { return Feed{Entries: counted(0, 0, new(atomic.Int64))} }

func TestAbandoned(t *testing.T) {
	t.Parallel()
	bugOnEach(t, true, func(t *testing.T, link maker) {
		l := link(t, endless())
		e, err := Abandoned(context.Background(), l)
		require.NoError(t, err)
		assert.EqualValues(t, 1, e.GetNumber())
		l.drain()
	})
}

// The near-miss: a stream whose end was read needs no more.
func TestAbandoned_readToTheEnd(t *testing.T) {
	t.Parallel()
	fixOnEach(t, func(t *testing.T, link maker) {
		l := link(t, silent())
		_, err := Abandoned(context.Background(), l)
		require.ErrorIs(t, err, io.EOF)
		l.drain()
	})
}

// Nobody sees it where the server is stopped by force, as most tests do.
func TestAbandoned_ofAServerThatIsStopped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"grpc-go", "connect"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				l := links[name](t, endless())
				_, err := Abandoned(context.Background(), l)
				require.NoError(t, err)
				l.kill()
			}, detect.Within(10*time.Second))
		})
	}
}

func TestEach_leavesNoStream(t *testing.T) {
	t.Parallel()
	fixOnEach(t, func(t *testing.T, link maker) {
		l := link(t, endless())
		err := Each(context.Background(), l, func(*feedv1.Entry) error { return errEnough })
		require.ErrorIs(t, err, errEnough)
		l.drain()
	})
}

type twoSenders struct{ Feed }

func (f twoSenders) Talk(ctx context.Context, receive func() (*feedv1.TalkRequest, error), send func(*feedv1.Entry) error) error {
	return f.TwoSenders(ctx, receive, send)
}

// talk has n entries sent while n answers are, and returns how many answers came.
func talk(t *testing.T, n int, link maker, as func(Feed) Service) (answers int, err error) {
	l := link(t, as(Feed{Entries: counted(n, 10, new(atomic.Int64))}))
	err = Converse(t.Context(), l, bodies(n), func(e *feedv1.Entry) error {
		if e.GetNumber() == 0 {
			answers++
		}
		return nil
	})
	l.drain()
	return answers, err
}

func TestFeed_TwoSenders(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		// What comes of it: all, a part, lengths that are none, or nothing more.
		_, _ = talk(t, 10, byConnect, func(f Feed) Service { return twoSenders{f} })
	})
}

// Both libraries forbid it. No detector sees it in grpc-go, where all answers
// come but for runs in which both goroutines are the first to send.
func TestFeed_TwoSenders_inGRPC(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		answers, err := talk(t, 100, byGRPC, func(f Feed) Service { return twoSenders{f} })
		if err != nil {
			assert.Equal(t, codes.Internal, codeOf(err), "%v", err) // SendHeader called multiple times
			return
		}
		assert.Equal(t, 100, answers)
	})
}

// Within the process a channel takes both.
func TestFeed_TwoSenders_inProcess(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		answers, err := talk(t, 100, inProcess, func(f Feed) Service { return twoSenders{f} })
		require.NoError(t, err)
		assert.Equal(t, 100, answers)
	})
}

func TestFeed_Talk_sendsFromOneGoroutine(t *testing.T) {
	t.Parallel()
	fixOnEach(t, func(t *testing.T, link maker) {
		answers, err := talk(t, 100, link, func(f Feed) Service { return f })
		require.NoError(t, err)
		assert.Equal(t, 100, answers)
	})
}

type unbounded struct{ Feed }

func (f unbounded) Watch(ctx context.Context, send func(*feedv1.Entry) error) error {
	return f.Unbounded(ctx, send)
}

func TestFeed_Unbounded(t *testing.T) {
	t.Parallel()
	const entries = 10_000
	onEach(t, func(t *testing.T, link maker) {
		detect.Bug(t, func() {
			var made atomic.Int64
			all := make(chan struct{})
			l := link(t, unbounded{Feed{Entries: func(ctx context.Context) iter.Seq[*feedv1.Entry] {
				return func(yield func(*feedv1.Entry) bool) {
					counted(entries, 1000, &made)(ctx)(yield)
					close(all)
				}
			}}})
			err := Each(t.Context(), l, func(e *feedv1.Entry) error {
				assert.EqualValues(t, 1, e.GetNumber())
				<-all // a slow reader
				return errEnough
			})
			require.ErrorIs(t, err, errEnough)
			assert.EqualValues(t, entries, made.Load(), "for a reader of one")
			l.drain()
		}, detect.Within(10*time.Second))
	})
}

func TestNoHalfClose(t *testing.T) {
	t.Parallel()
	bugOnEach(t, false, func(t *testing.T, link maker) {
		_, err := NoHalfClose(context.Background(), link(t, silent()), []byte("?"))
		assert.NoError(t, err)
	})
}

func TestSendsFirst(t *testing.T) {
	t.Parallel()
	bugOnEach(t, false, func(t *testing.T, link maker) {
		_, err := SendsFirst(context.Background(), link(t, silent()), many)
		assert.NoError(t, err)
	})
}

// Within the process there are no buffers, so ten are as good as many.
func TestSendsFirst_inProcess(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, err := SendsFirst(context.Background(), inProcess(t, silent()), many[:10])
		assert.NoError(t, err)
	})
}

// The near-miss: what fits into the buffers. That is why such code passes its
// tests over a network; within the process there is no buffer.
func TestSendsFirst_few(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"grpc-go", "connect"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				l := links[name](t, silent())
				n, err := SendsFirst(t.Context(), l, many[:10])
				require.NoError(t, err)
				assert.Equal(t, 10, n)
				l.drain()
			}, detect.Within(10*time.Second))
		})
	}
}

func TestConverse_readsWhileItSends(t *testing.T) {
	t.Parallel()
	fixOnEach(t, func(t *testing.T, link maker) {
		l := link(t, silent())
		n := 0
		err := Converse(t.Context(), l, slices.Values(many), func(*feedv1.Entry) error {
			n++
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, len(many), n)
		l.drain()
	})
}

func TestLosesReason(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, link maker) {
		detect.Bug(t, func() {
			l := link(t, Feed{Accept: refuse})
			_, err := LosesReason(t.Context(), l, many)
			require.ErrorIs(t, err, io.EOF)
			assert.NotContains(t, err.Error(), errFull.Error())
			l.drain()
		}, detect.Within(10*time.Second))
	})
}

// The near-miss: nothing was refused.
func TestLosesReason_accepted(t *testing.T) {
	t.Parallel()
	fixOnEach(t, func(t *testing.T, link maker) {
		l := link(t, Feed{Accept: accept})
		n, err := LosesReason(t.Context(), l, many[:10])
		require.NoError(t, err)
		assert.EqualValues(t, 10, n)
		l.drain()
	})
}

func TestSendAll_saysWhyItWasRefused(t *testing.T) {
	t.Parallel()
	fixOnEach(t, func(t *testing.T, link maker) {
		l := link(t, Feed{Accept: refuse})
		_, err := SendAll(t.Context(), l, slices.Values(many))
		require.ErrorContains(t, err, errFull.Error())
		l.drain()
	})
}
