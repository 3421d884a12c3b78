package buffering

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
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

var errDown = errors.New("connection refused")

func TestChannel_whoWaitsForWhom(t *testing.T) {
	t.Parallel()
	for capacity := range 4 {
		synctest.Test(t, func(t *testing.T) {
			c := make(chan int, capacity)
			var sent atomic.Int32
			go func() {
				for i := range 10 {
					c <- i
					sent.Add(1)
				}
			}()
			for received := range 10 {
				synctest.Wait()
				assert.EqualValues(t, min(10, received+capacity), sent.Load(), "capacity %d", capacity)
				assert.Equal(t, received, <-c)
			}
		})
	}
}

// What is written before a send can be read after its receive.
func TestMemoryModel_sendBeforeReceive(t *testing.T) {
	t.Parallel()
	for _, capacity := range []int{0, 1, 3} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				const n = 20
				c := make(chan int, capacity)
				var written [n]int
				go func() {
					for i := range n {
						written[i] = i + 1
						c <- i
					}
				}()
				for range n {
					i := <-c
					assert.Equal(t, i+1, written[i])
				}
			})
		})
	}
}

// What is written before the k-th receive can be read after the (k+C)-th send.
// With C = 0 that is the receive of the same value.
func TestMemoryModel_receiveBeforeSendIsDone(t *testing.T) {
	t.Parallel()
	for _, capacity := range []int{0, 1, 3} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				const n = 20
				c := make(chan int, capacity)
				var written [n]int
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					for k := range n {
						written[k] = k + 1
						<-c
					}
				}()
				for i := range n {
					c <- i
					if k := i - capacity; k >= 0 {
						assert.Equal(t, k+1, written[k])
					}
				}
				<-ended
			})
		})
	}
}

func TestTally_sumsWhatWasReceived(t *testing.T) {
	t.Parallel()
	for _, capacity := range []int{0, 5} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				sizes := make(chan int, capacity)
				stop := Tally(sizes)
				want := 0
				for i := range 20 {
					sizes <- i
					want += i
				}
				got := stop()
				for len(sizes) > 0 { // nobody receives any more
					want -= <-sizes
				}
				assert.Equal(t, want, got)
			})
		})
	}
}

func TestFailures_returnsEveryFailure(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 50} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				all := Failures(t.Context(), make([]string, n), func(context.Context, string) error { return errDown })
				assert.Len(t, all, n)
				for _, err := range all {
					assert.ErrorIs(t, err, errDown)
				}
			})
		})
	}
}

func TestFailures_namesTheHost(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		all := Failures(t.Context(), []string{"a", "b"}, func(ctx context.Context, host string) error {
			require.NoError(t, ctx.Err())
			if host == "b" {
				return errDown
			}
			return nil
		})
		require.Len(t, all, 1)
		assert.EqualError(t, all[0], "b: connection refused")
	})
}

func TestOutbox_deliversAllInOrderBeforeCloseReturns(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 100} {
		for _, n := range []int{0, 1, 50} {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				detect.Fix(t, func() {
					var got, want []int
					o := NewOutbox(size, func(v int) { got = append(got, v) })
					for i := range n {
						require.NoError(t, o.Add(t.Context(), i))
						want = append(want, i)
					}
					o.Close()
					assert.Equal(t, want, got)
				})
			})
		}
	}
}

func TestOutbox_flushWaitsForWhatWasAddedBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := 0
		o := NewOutbox(9, func(int) { time.Sleep(time.Second); got++ })
		defer o.Close()
		start := time.Now()
		for i := range 6 {
			require.NoError(t, o.Add(t.Context(), i))
		}
		assert.Zero(t, time.Since(start), "there is room for all")
		require.NoError(t, o.Flush(t.Context()))
		assert.Equal(t, 6, got)
		assert.Equal(t, 6*time.Second, time.Since(start))
		require.NoError(t, o.Flush(t.Context()))
		assert.Equal(t, 6*time.Second, time.Since(start))
	})
}

func TestOutbox_doesNotOutwaitItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var delivered []string
		o := NewOutbox(1, func(v string) { time.Sleep(time.Hour); delivered = append(delivered, v) })
		aMinute := func() context.Context {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errDown)
			t.Cleanup(cancel)
			return ctx
		}
		require.NoError(t, o.Add(aMinute(), "being delivered"))
		synctest.Wait()
		require.ErrorIs(t, o.Flush(aMinute()), errDown, "it has a place, and waits for its turn")
		require.ErrorIs(t, o.Flush(aMinute()), errDown, "it has no place")
		require.ErrorIs(t, o.Add(aMinute(), "no place"), errDown)
		time.Sleep(time.Hour)
		require.NoError(t, o.Add(aMinute(), "in the buffer"))
		o.Close()
		assert.Equal(t, []string{"being delivered", "in the buffer"}, delivered)
	})
}

func TestReadAhead_keepsEveryByte(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 20)
	for _, ahead := range []int{0, 1, 4} {
		for name, c := range map[string]struct {
			r    io.Reader
			want string
			err  error
		}{
			"whole blocks":      {strings.NewReader(text), text, nil},
			"an odd end":        {strings.NewReader(text[:195]), text[:195], nil},
			"byte by byte":      {iotest.OneByteReader(strings.NewReader(text)), text, nil},
			"data with the EOF": {iotest.DataErrReader(strings.NewReader(text)), text, nil},
			"reads of nothing":  {&stutter{r: strings.NewReader(text)}, text, nil},
			"nothing":           {strings.NewReader(""), "", nil},
			"an error":          {io.MultiReader(strings.NewReader(text), iotest.ErrReader(errDown)), text, errDown},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				detect.Fix(t, func() {
					var got bytes.Buffer
					blocks, failed := ReadAhead(t.Context(), c.r, 10, ahead)
					for block := range blocks {
						got.Write(block)
					}
					assert.Equal(t, c.want, got.String())
					assert.ErrorIs(t, failed(), c.err)
				})
			})
		}
	}
}

// A stutter reads nothing every other time, which an io.Reader may do.
type stutter struct {
	r     io.Reader
	again bool
}

func (s *stutter) Read(p []byte) (int, error) {
	if s.again = !s.again; s.again {
		return 0, nil
	}
	return s.r.Read(p)
}

// The receiver keeps the k-th block as long as it may, while the reader goes on
// as far as it can.
func TestReadAhead_leavesTheReceiversBlockAlone(t *testing.T) {
	t.Parallel()
	for ahead := range 4 {
		synctest.Test(t, func(t *testing.T) {
			r := &numbered{end: 20}
			blocks, failed := ReadAhead(t.Context(), r, 1, ahead)
			n, allocated := 0, map[*byte]bool{}
			for block := range blocks {
				synctest.Wait()
				assert.Equal(t, []byte{byte(n)}, block, "%d ahead", ahead)
				allocated[&block[0]] = true
				n++
				assert.Equal(t, min(20, n+ahead+1), r.next)
			}
			assert.Equal(t, 20, n)
			assert.Len(t, allocated, ahead+2)
			assert.NoError(t, failed())
		})
	}
}

// A numbered reader reads 0, 1, 2 …, a byte a call.
type numbered struct{ next, end int }

func (r *numbered) Read(p []byte) (int, error) {
	if r.next == r.end {
		return 0, io.EOF
	}
	p[0] = byte(r.next)
	r.next++
	return 1, nil
}

// The receiver leaves after k blocks, for every k: a goroutine left behind
// fails synctest.Test.
func TestReadAhead_endsWhenTheReceiverLeaves(t *testing.T) {
	t.Parallel()
	const n = 6
	for ahead := range 3 {
		for k := range n + 1 {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				blocks, failed := ReadAhead(ctx, &numbered{end: n}, 1, ahead)
				for i := range k {
					assert.Equal(t, []byte{byte(i)}, <-blocks)
				}
				synctest.Wait()
				cancel(errDown)
				synctest.Wait()
				rest := 0
				for range blocks {
					rest++
				}
				assert.Equal(t, min(ahead, n-k), rest, "what was read ahead")
				if k+ahead < n {
					assert.ErrorIs(t, failed(), errDown)
				} else {
					assert.NoError(t, failed())
				}
			})
		}
	}
}

func TestBufferAdded(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		sizes := make(chan int)
		stop := BufferAdded(sizes)
		sizes <- 7
		stop()
	})
}

// The near-miss: without the buffer, a send that is done was received, and all
// that came before that is visible.
func TestBufferAdded_unbuffered(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sizes, quit := make(chan int), make(chan bool)
		total := 0
		go func() {
			for {
				select {
				case size := <-sizes:
					total += size
				case <-quit:
					return
				}
			}
		}()
		sizes <- 7
		quit <- true
		assert.Equal(t, 7, total)
	})
}

func TestWiderLimit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		WiderLimit([]string{"a", "b"}, func(string) int { return 1 })
	})
}

// The near-miss: with a capacity of 1 the channel is a lock.
func TestWiderLimit_ofOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		total := 0
		limit := make(chan int, 1)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				limit <- i
				defer func() { <-limit }()
				total++
			})
		}
		wg.Wait()
		assert.Equal(t, 20, total)
	})
}

// The blind spot: one page after the other, by chance and not by the limit. For
// a buffer of struct{} the race detector believes that the limit did it.
func TestWiderLimit_emptyTokens(t *testing.T) {
	t.Parallel()
	ints := detect.Run(t, detect.Race, func() { oneAfterTheOther(make(chan int, 2)) })
	empty := detect.Run(t, detect.Race, func() { oneAfterTheOther(make(chan struct{}, 2)) })
	if ints.State == detect.Open {
		t.Skip(ints.Text)
	}
	assert.Equal(t, detect.Caught, ints.State)
	assert.Equal(t, detect.Silent, empty.State, "if it is caught, Go has mended racenotify: say so in the package comment")
}

func oneAfterTheOther[T any](limit chan T) {
	total, left := 0, false
	var token T
	var wg sync.WaitGroup
	wg.Go(func() {
		limit <- token
		total++
		<-limit
		leave(&left)
	})
	wg.Go(func() {
		awaitLeft(&left)
		limit <- token
		total++
		<-limit
	})
	wg.Wait()
}

// The race detector must not see this order, so nothing but a norace function
// will do.
//
//go:norace
//go:noinline
func leave(left *bool) { *left = true }

//go:norace
//go:noinline
func awaitLeft(left *bool) {
	for !*left {
		runtime.Gosched()
	}
}

func TestSmallRing(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := &signalling{numbered: numbered{end: 8}, at: 3, read: make(chan struct{})}
		blocks := SmallRing(r, 1)
		first := <-blocks
		t.Logf("the block begins with %d", first[0]) // maybe during the write
		<-r.read                                     // the fourth block, and three are all it has
		assert.NotEqual(t, []byte{0}, first)
		for range blocks {
		}
	})
}

// A signalling reader closes read when it has read the given number.
type signalling struct {
	numbered
	at   int
	read chan struct{}
}

func (r *signalling) Read(p []byte) (int, error) {
	n, err := r.numbered.Read(p)
	if err == nil && int(p[0]) == r.at {
		close(r.read)
	}
	return n, err
}

// The near-miss: three blocks are enough for whom the third is the last.
func TestSmallRing_threeBlocks(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		n := 0
		for block := range SmallRing(&numbered{end: 3}, 1) {
			assert.Equal(t, []byte{byte(n)}, block)
			n++
		}
		assert.Equal(t, 3, n)
	})
}

func down(string) error { return errDown }

func TestHiddenDeadlock(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		HiddenDeadlock(make([]string, 11), down)
		assert.Fail(t, "it returned")
	})
}

// The near-miss: ten failures have room. So it works for years.
func TestHiddenDeadlock_tenFailures(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Len(t, HiddenDeadlock(make([]string, 10), down), 10)
	})
}

func TestSentIsNotDone(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var stored atomic.Int32
		returned := make(chan struct{})
		done := make(chan struct{})
		SentIsNotDone([]string{"a", "b", "c"}, func(string) {
			<-returned
			if stored.Add(1) == 3 {
				close(done)
			}
		})
		assert.Zero(t, stored.Load(), "and here a program ends")
		close(returned)
		<-done
	})
}

// The near-miss: without events there is nothing to lose.
func TestSentIsNotDone_noEvents(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		SentIsNotDone(nil, func(string) { assert.Fail(t, "an event") })
	})
}

func TestLeavesTheRest(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		stored := 0
		begun, added := make(chan struct{}), make(chan struct{})
		add, ended := LeavesTheRest(ctx, 64, func(string) {
			if stored++; stored == 1 {
				close(begun)
				<-added
			}
		})
		assert.True(t, add("the first"))
		<-begun
		for range 64 {
			assert.True(t, add("the rest"))
		}
		cancel()
		close(added)
		<-ended
		// By chance it is as many in one of 2^64 runs.
		assert.Less(t, stored, 65)
	})
}

// The near-miss: nothing was in the buffer when ctx ended.
func TestLeavesTheRest_nothingLeft(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		stored := make(chan struct{})
		add, ended := LeavesTheRest(ctx, 1, func(string) { stored <- struct{}{} })
		assert.True(t, add("an event"))
		<-stored
		cancel()
		<-ended
	})
}
