package closing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken pipe")

func TestLines_sendsEveryLineInOrderAndThenTheReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   io.Reader
		want []string
		err  error
	}{
		"none":             {strings.NewReader(""), nil, nil},
		"some":             {strings.NewReader("a\nb\nc\n"), []string{"a", "b", "c"}, nil},
		"an error between": {io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(errBroken)), []string{"a", "b"}, errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				lines, failed := Lines(t.Context(), c.in)
				var got []string
				for line := range lines {
					got = append(got, line)
				}
				assert.Equal(t, c.want, got)
				assert.ErrorIs(t, failed(), c.err)
			})
		})
	}
}

// The receiver leaves after k lines, for every k: a goroutine left behind
// fails synctest.Test.
func TestLines_endsWhenTheReceiverLeaves(t *testing.T) {
	t.Parallel()
	const n = 4
	for k := range n + 1 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			lines, failed := Lines(ctx, strings.NewReader(strings.Repeat("a\n", n)))
			for range k {
				assert.Equal(t, "a", <-lines)
			}
			synctest.Wait() // it holds the next line, or has ended
			cancel()
			synctest.Wait()
			_, open := <-lines
			assert.False(t, open)
			if k < n {
				assert.ErrorIs(t, failed(), context.Canceled)
			} else {
				assert.NoError(t, failed())
			}
		})
	}
}

// count yields the pairs of source and n numbers.
func count(source, n int) iter.Seq[[2]int] {
	return func(yield func([2]int) bool) {
		for i := range n {
			if !yield([2]int{source, i}) {
				return
			}
		}
	}
}

func counts(sources, n int) (all []iter.Seq[[2]int]) {
	for i := range sources {
		all = append(all, count(i, n))
	}
	return all
}

func TestGather_sendsEveryValueOnceInTheOrderOfItsSource(t *testing.T) {
	t.Parallel()
	for sources := range 4 {
		t.Run(fmt.Sprintf("%d sources", sources), func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				got := make([][]int, sources)
				for v := range Gather(t.Context(), counts(sources, 20)...) {
					got[v[0]] = append(got[v[0]], v[1])
				}
				for _, numbers := range got {
					assert.Len(t, numbers, 20)
					assert.True(t, slices.IsSorted(numbers))
					assert.Len(t, slices.Compact(numbers), 20)
				}
			})
		})
	}
}

func TestGather_closesOnlyAfterTheLastSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		slow := func(yield func([2]int) bool) { <-gate; yield([2]int{9, 9}) }
		out := Gather(t.Context(), count(0, 1), slow, count(1, 0))
		assert.Equal(t, [2]int{0, 0}, <-out)
		synctest.Wait()
		select {
		case <-out:
			t.Error("closed before the last source has ended")
		default:
		}
		close(gate)
		assert.Equal(t, [2]int{9, 9}, <-out)
		_, open := <-out
		assert.False(t, open)
	})
}

func TestGather_endsWhenTheReceiverLeaves(t *testing.T) {
	t.Parallel()
	const sources, n = 3, 4
	for k := range sources*n + 1 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			out := Gather(ctx, counts(sources, n)...)
			for range k {
				<-out
			}
			synctest.Wait() // each sender holds a value, or has ended
			cancel()
			synctest.Wait()
			_, open := <-out
			assert.False(t, open, "after %d", k)
		})
	}
}

func TestStopper_maybeCalledByManyAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		stop, stopped := Stopper()
		select {
		case <-stopped:
			assert.Fail(t, "stopped before the call")
		default:
		}
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				stop()
				<-stopped
			})
		}
		callers.Wait()
		stop()
	})
}

// A record is what several goroutines have seen.
type record struct {
	mu   sync.Mutex
	seen []int
}

func (r *record) add(v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, v)
}

// Eight senders, and three receivers that close, all at once: each value that
// Send promised was received, and none twice.
func TestMailbox_losesNothingThatSendPromised(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		m := NewMailbox[int]()
		var promised, received record
		send := func(from int) {
			for v := from; ; v++ {
				if err := m.Send(ctx, v); err != nil {
					assert.ErrorIs(t, err, ErrClosed)
					return
				}
				promised.add(v)
			}
		}
		receive := func() {
			for n := 1; ; n++ {
				v, err := m.Receive(ctx)
				if err != nil {
					assert.ErrorIs(t, err, ErrClosed)
					return
				}
				received.add(v)
				if n == 30 {
					m.Close()
				}
			}
		}
		var all sync.WaitGroup
		for s := range 8 {
			all.Go(func() { send(s * 1000) })
		}
		for range 3 {
			all.Go(receive)
		}
		all.Wait()
		assert.GreaterOrEqual(t, len(received.seen), 30)
		assert.ElementsMatch(t, promised.seen, received.seen)
	})
}

func TestMailbox_closeEndsThoseWhoWait(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(context.Context, *Mailbox[int]) error{
		"Send":    func(ctx context.Context, m *Mailbox[int]) error { return m.Send(ctx, 1) },
		"Receive": func(ctx context.Context, m *Mailbox[int]) error { _, err := m.Receive(ctx); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				closed, cancelled := NewMailbox[int](), NewMailbox[int]()
				ctx, cancel := context.WithCancelCause(t.Context())
				ended := make(chan error, 2)
				go func() { ended <- wait(ctx, closed) }()
				synctest.Wait()
				require.Empty(t, ended)
				closed.Close()
				require.ErrorIs(t, <-ended, ErrClosed)
				require.ErrorIs(t, wait(ctx, closed), ErrClosed)
				go func() { ended <- wait(ctx, cancelled) }()
				synctest.Wait()
				require.Empty(t, ended)
				cancel(errBroken)
				require.ErrorIs(t, <-ended, errBroken)
			})
		})
	}
}

// A receiver may wait in a select of its own and be ready at the same time as
// the close: the choice between the two would be random.
func TestMailbox_sendsNothingAfterClose(t *testing.T) {
	t.Parallel()
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			m := NewMailbox[int]()
			ready := make(chan int, 1)
			release := make(chan struct{})
			go func() {
				select {
				case v := <-m.values:
					ready <- v
				case <-release:
				}
			}()
			synctest.Wait()
			m.Close()
			require.ErrorIs(t, m.Send(t.Context(), 1), ErrClosed)
			close(release)
			synctest.Wait()
			require.Empty(t, ready)
		})
	}
}

func TestSession_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewSession(time.Minute, func() {})
		defer s.Close() // for every return
		s.Close()       // to hear of it at once
	})
}

func TestSession_Close_once(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		polled := make(chan struct{}, 1)
		s := NewSession(time.Millisecond, func() {
			select {
			case polled <- struct{}{}:
			default:
			}
		})
		<-polled
		s.Close()
	})
}

func TestUpload_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var both, callers sync.WaitGroup
		both.Add(2)
		u := &Upload{done: make(chan struct{}), flush: func() {
			both.Done()
			both.Wait()
		}}
		for range 2 {
			callers.Go(u.Close)
		}
		callers.Wait()
	})
}

// The near-miss: one after the other, the look is good enough.
func TestUpload_Close_oneAfterTheOther(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		flushed := 0
		u := &Upload{done: make(chan struct{}), flush: func() { flushed++ }}
		u.Close()
		u.Close()
		assert.Equal(t, 1, flushed)
	})
}

// An event is rendered between the look at the flag and the send.
type event func() string

func (e event) String() string { return e() }

func TestAuditLog_Write(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		log := &AuditLog{lines: make(chan string)}
		looked := make(chan struct{})
		go func() {
			_ = log.Write(event(func() string { close(looked); return "login" }))
		}()
		<-looked
		log.Close()
		<-t.Context().Done() // the writer is about to panic
	})
}

// The near-miss: the flag is good under a lock that is held over the send. Its
// price is a Close that waits until somebody receives.
func TestAuditLog_Write_underALockOverTheSend(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var mu sync.RWMutex
		closed := false
		lines := make(chan string)
		write := func(line string) error {
			mu.RLock()
			defer mu.RUnlock()
			if closed {
				return ErrClosed
			}
			lines <- line
			return nil
		}
		go func() {
			mu.Lock()
			defer mu.Unlock()
			closed = true
			close(lines)
		}()
		var writers sync.WaitGroup
		var mu2 sync.Mutex
		written := 0
		for range 8 {
			writers.Go(func() {
				if write("login") == nil {
					mu2.Lock()
					defer mu2.Unlock()
					written++
				}
			})
		}
		read := 0
		for range lines {
			read++
		}
		writers.Wait()
		assert.Equal(t, written, read)
	})
}

func TestRecoveredSend(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		subscriber := make(chan string)
		rendered := make(chan struct{})
		ok := make(chan bool)
		go func() {
			ok <- RecoveredSend(subscriber, event(func() string { close(rendered); return "login" }))
		}()
		<-rendered
		close(subscriber)
		assert.False(t, <-ok)

		var fields map[string]int
		open := make(chan string, 1)
		broken := event(func() string { fields["user"]++; return "login" })
		assert.False(t, RecoveredSend(open, broken), "a nil map, and the channel is open")
	})
}

// The near-miss: closed before the sender has begun, there is no race.
func TestRecoveredSend_closedBefore(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		subscriber := make(chan string)
		close(subscriber)
		assert.False(t, RecoveredSend(subscriber, event(func() string { return "login" })))
	})
}

func TestReceiverCloses(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ReceiverCloses(func(rows chan<- string) {
			for range 3 {
				rows <- "match"
			}
		}, func(row string) bool { return row == "match" })
	})
}

// The near-miss: nothing was on its way after the match. So it is in a test
// with one row.
func TestReceiverCloses_lastRow(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		row := ReceiverCloses(func(rows chan<- string) {
			rows <- "no"
			rows <- "match"
		}, func(row string) bool { return row == "match" })
		assert.Equal(t, "match", row)
	})
}

func TestLateError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		lines, failed := LateError(strings.NewReader("a\nb\n"))
		for range lines {
		}
		assert.NoError(t, failed())
	})
}

// The near-miss: who does not ask, does not race.
func TestLateError_nobodyAsks(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		lines, _ := LateError(strings.NewReader("a\nb\n"))
		for range lines {
		}
	})
}
