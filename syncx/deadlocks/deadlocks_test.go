package deadlocks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"runtime"
	"slices"
	"strings"
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

var errRefused = errors.New("refused")

// held returns when somebody holds mu.
func held(mu *sync.Mutex) {
	for mu.TryLock() {
		mu.Unlock()
		runtime.Gosched()
	}
}

// writerWaits returns when somebody waits to lock mu, which others read-lock.
func writerWaits(mu *sync.RWMutex) {
	for mu.TryRLock() {
		mu.RUnlock()
		runtime.Gosched()
	}
}

// endless is a context that never ends, unlike that of a test.
func endless(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }

func TestAccount_Withdraw(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _ = NewAccount("ann", 5).Withdraw(6) })
}

// The near-miss: an account that is not empty needs no error, and the error of
// another account would need another lock.
func TestAccount_Withdraw_enough(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		a := NewAccount("ann", 5)
		require.NoError(t, a.Withdraw(4))
		assert.Equal(t, "ann has 1", a.String())
	})
}

func TestWallet_namesItselfInItsErrors(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := NewWallet("ann", 5)
		require.NoError(t, w.Withdraw(4))
		require.EqualError(t, w.Withdraw(2), "ann has 1, which is less than 2")
		require.NoError(t, w.Withdraw(1))
		assert.Equal(t, "ann has 0", w.String())
	})
}

// Say holds the room, and Leave its member, before either takes its second
// lock.
func TestMember_Leave(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var both, end sync.WaitGroup
		both.Add(2)
		meet := func(string) { both.Done(); both.Wait() }
		var r Room
		r.Enter(meet)
		m := r.Enter(meet)
		end.Go(func() { r.Say("hello") })
		end.Go(m.Leave)
		end.Wait()
	})
}

// The near-miss: one after the other.
func TestMember_Leave_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Room
		var lines []string
		m := r.Enter(func(line string) { lines = append(lines, line) })
		r.Say("hello")
		m.Leave()
		r.Say("anybody?")
		assert.Equal(t, []string{"hello", "goodbye"}, lines)
	})
}

func TestLobby_letsGuestsLeaveWhileOneSpeaks(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var l Lobby
		var lines []string
		var leave func()
		leave = l.Enter(func(line string) {
			lines = append(lines, "a: "+line)
			leave() // needs the lock
		})
		leaveB := l.Enter(func(line string) { lines = append(lines, "b: "+line) })
		l.Say("1")
		l.Say("2")
		leaveB()
		l.Say("3")
		assert.Equal(t, []string{"a: 1", "b: 1", "b: 2"}, lines)
	})
}

// Set waits when All calls On.
func TestFlags_All(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		f := NewFlags()
		f.All(func(yield func(string) bool) {
			go f.Set("a", true)
			writerWaits(&f.mu)
			yield("a")
		})
	})
}

// The near-miss: without a writer, read locks nest.
func TestFlags_All_noWriter(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		f := NewFlags()
		f.Set("a", true)
		assert.True(t, f.All(slices.Values([]string{"a"})))
		assert.False(t, f.All(slices.Values([]string{"a", "b"})))
	})
}

func TestSwitches_showOneMoment(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Switches
		assert.False(t, s.All(slices.Values([]string{"a"})))
		s.Set("a", true)
		s.Set("b", true)
		assert.True(t, s.All(func(yield func(string) bool) {
			s.Set("a", false) // would wait, were the lock held
			_ = yield("a") && yield("b")
		}))
		assert.False(t, s.All(slices.Values([]string{"b", "a"})))
		assert.True(t, s.All(slices.Values([]string{"b"})))
	})
}

// recovered calls f as net/http calls a handler.
func recovered(f func()) {
	defer func() { _ = recover() }()
	f()
}

func TestCache_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		c := NewCache()
		recovered(func() { c.Get("a", func() string { panic("no template") }) })
		c.Get("b", func() string { return "<b>" })
	})
}

// The near-miss: a render that does not panic.
func TestCache_Get_rendered(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := NewCache()
		for range 2 {
			assert.Equal(t, "<a>", c.Get("a", func() string { return "<a>" }))
		}
	})
}

func TestPages_outliveAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var p Pages
		recovered(func() { p.Get("a", func() string { panic("no template") }) })
		a := p.Get("a", func() string {
			return "<" + p.Get("b", func() string { return "b" }) + ">"
		})
		assert.Equal(t, "<b>", a)
		assert.Equal(t, "<b>", p.Get("a", func() string { panic("kept") }))
	})
}

// tree lists a tree in which both of two workers have something to send.
func tree(dir string) []string {
	return map[string][]string{"/": {"a", "b"}, "a": {"c"}, "b": {"d"}}[dir]
}

func TestSendFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { SendFirst("/", 2, tree) })
}

// The near-miss: while one worker sends, the other has nothing to send.
func TestSendFirst_oneSubfolderEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		listed := make(chan string, 3)
		SendFirst("/", 2, func(dir string) []string {
			listed <- dir
			return map[string][]string{"/": {"a"}, "a": {"b"}}[dir]
		})
		assert.Equal(t, []string{"/", "a", "b"}, []string{<-listed, <-listed, <-listed})
	})
}

func TestWalk_listsEveryFolder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, limit := range []int{1, 2, 8} {
			var mu sync.Mutex
			var listed []string
			list := func(_ context.Context, dir string) []string {
				mu.Lock()
				defer mu.Unlock()
				listed = append(listed, dir)
				return tree(dir)
			}
			require.NoError(t, Walk(t.Context(), "/", limit, list))
			assert.ElementsMatch(t, []string{"/", "a", "b", "c", "d"}, listed)
		}
	})
}

func TestWalk_listsLimitAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var now atomic.Int64
		two := make(chan struct{})
		list := func(_ context.Context, dir string) []string {
			assert.LessOrEqual(t, now.Add(1), int64(2))
			defer now.Add(-1)
			if dir == "/" {
				return []string{"a", "b", "c", "d"}
			}
			select {
			case two <- struct{}{}: // one waits here
			case <-two: // until another comes
			}
			for range 100 {
				runtime.Gosched() // a third would come now
			}
			return nil
		}
		require.NoError(t, Walk(t.Context(), "/", 2, list))
	})
}

func TestWalk_endsWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		err := Walk(ctx, "/", 1, func(_ context.Context, dir string) []string {
			cancel()
			return []string{dir + "sub/"} // without end
		})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestEarlyReturn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, err := EarlyReturn(
			func() (string, error) { return "", errRefused },
			func() []string { return nil })
		require.ErrorIs(t, err, errRefused)
	})
}

// The near-miss: a user who is found.
func TestEarlyReturn_found(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		text, err := EarlyReturn(
			func() (string, error) { return "ann", nil },
			func() []string { return []string{"tea"} })
		require.NoError(t, err)
		assert.Equal(t, "ann: 1 orders", text)
	})
}

func TestOverview_leavesNobodyBehind(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		loading := make(chan struct{})
		text, err := Overview(t.Context(),
			func(context.Context) (string, error) { <-loading; return "ann", nil },
			func(context.Context) []string { close(loading); return []string{"tea"} })
		require.NoError(t, err)
		assert.Equal(t, "ann: 1 orders", text)

		text, err = Overview(t.Context(),
			func(context.Context) (string, error) { return "", errRefused },
			func(ctx context.Context) []string { <-ctx.Done(); return nil })
		require.ErrorIs(t, err, errRefused)
		assert.Empty(t, text)
	})
}

func TestDoneMissed(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(endless(t))
		events := make(chan string)
		DoneMissed(ctx, events)
		events <- "a"
		cancel()
	})
}

// The near-miss: who receives what has been sent before it cancels.
func TestDoneMissed_received(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		events := make(chan string)
		upper := DoneMissed(ctx, events)
		events <- "a"
		assert.Equal(t, "A", <-upper)
		cancel()
		assert.Empty(t, <-upper)
	})
}

func TestRelay_endsWhereverItWaits(t *testing.T) {
	t.Parallel()
	t.Run("to send", func(t *testing.T) {
		t.Parallel()
		detect.Fix(t, func() {
			ctx, cancel := context.WithCancel(t.Context())
			events := make(chan string)
			upper := Relay(ctx, events)
			events <- "a"
			assert.Equal(t, "A", <-upper)
			events <- "b"
			cancel()
		})
	})
	t.Run("to receive", func(t *testing.T) {
		t.Parallel()
		detect.Fix(t, func() {
			ctx, cancel := context.WithCancel(t.Context())
			upper := Relay(ctx, nil)
			cancel()
			_, open := <-upper
			assert.False(t, open)
		})
	})
	t.Run("at the end of the events", func(t *testing.T) {
		t.Parallel()
		detect.Fix(t, func() {
			events := make(chan string, 1)
			events <- "a"
			close(events)
			var got []string
			for e := range Relay(t.Context(), events) {
				got = append(got, e)
			}
			assert.Equal(t, []string{"A"}, got)
		})
	})
}

func untilDone(ctx context.Context) { <-ctx.Done() }

func TestOverwritten(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		answer := Overwritten(endless(t), time.Minute, untilDone,
			func(context.Context) string { return "yes" })
		assert.Equal(t, "yes", answer)
	})
}

// The near-miss: without a timeout there is one cancel.
func TestOverwritten_noTimeout(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		answer := Overwritten(t.Context(), 0, untilDone,
			func(context.Context) string { return "yes" })
		assert.Equal(t, "yes", answer)
	})
}

func TestQuery_endsItsWatcher(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, timeout := range []time.Duration{0, time.Minute} {
			watched := false
			answer := Query(t.Context(), timeout,
				func(ctx context.Context) { <-ctx.Done(); watched = true },
				func(ctx context.Context) string {
					_, limited := ctx.Deadline()
					assert.Equal(t, timeout > 0, limited)
					return "yes"
				})
			assert.Equal(t, "yes", answer)
			assert.True(t, watched, "it has been waited for")
		}
	})
}

// Both requests wait on the Cond when Open gets the lock.
func TestGate_Open(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		queued := make(chan struct{})
		g := NewGate(func() { queued <- struct{}{} })
		var requests sync.WaitGroup
		for range 2 {
			requests.Go(func() { assert.NoError(t, g.Wait(endless(t))) })
		}
		<-queued
		<-queued
		g.Open()
		requests.Wait()
	})
}

// The near-miss: one request waits, and one comes later.
func TestGate_Open_oneRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		queued := make(chan struct{})
		g := NewGate(func() { queued <- struct{}{} })
		var requests sync.WaitGroup
		requests.Go(func() { assert.NoError(t, g.Wait(t.Context())) })
		<-queued
		g.Open()
		assert.NoError(t, g.Wait(t.Context()))
		requests.Wait()
	})
}

func TestGate_Wait(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(endless(t))
		g := NewGate(cancel)
		_ = g.Wait(ctx)
	})
}

// The near-miss: a ctx that has ended before.
func TestGate_Wait_ended(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, NewGate(nil).Wait(ctx), context.Canceled)
	})
}

func TestReady_letsAllIn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r := NewReady()
		var requests sync.WaitGroup
		for range 8 {
			requests.Go(func() { assert.NoError(t, r.Wait(t.Context())) })
		}
		r.Open()
		r.Open()
		requests.Wait()
	})
}

func TestReady_waitsUntilContextEnds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, NewReady().Wait(ctx), context.DeadlineExceeded)
	})
}

// The second Append holds the lock when the first entry is written.
func TestJournal_Append(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		first := make(chan struct{})
		var j *Journal
		j = NewJournal(func(Entry) { <-first; held(&j.mu) })
		j.Append("a")
		close(first)
		j.Append("b")
	})
}

// The near-miss: the next event comes when the last one has been noted.
func TestJournal_Append_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		entries := make(chan Entry, 2)
		j := NewJournal(func(e Entry) { entries <- e })
		written := func(n int) bool {
			j.mu.Lock()
			defer j.mu.Unlock()
			return j.written == n
		}
		for n, event := range []string{"a", "b"} {
			j.Append(event)
			for !written(n + 1) {
				runtime.Gosched()
			}
		}
		j.Close()
		assert.Equal(t, []Entry{{1, "a"}, {2, "b"}}, []Entry{<-entries, <-entries})
	})
}

func TestLedger_keepsTheOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var entries []Entry
		var l *Ledger
		l = NewLedger(func(e Entry) {
			assert.Equal(t, e.Number-1, l.Written())
			entries = append(entries, e)
		})
		var writers sync.WaitGroup
		for range 4 {
			writers.Go(func() {
				for range 10 {
					assert.NoError(t, l.Append(t.Context(), "event"))
				}
			})
		}
		writers.Wait()
		l.Close()
		assert.Equal(t, 40, l.Written())
		for i, e := range entries {
			assert.Equal(t, Entry{i + 1, "event"}, e)
		}
		assert.Len(t, entries, 40)
	})
}

func TestLedger_appendsUntilContextEnds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		full := make(chan struct{})
		l := NewLedger(func(Entry) { <-full })
		require.NoError(t, l.Append(ctx, "a"))
		cancel()
		require.ErrorIs(t, l.Append(ctx, "b"), context.Canceled)
		close(full)
		l.Close()
		assert.Equal(t, 1, l.Written())
	})
}

// Get waits, under the lock, when Put comes.
func TestPool_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		p := NewPool(1)
		c, err := p.Get(endless(t))
		require.NoError(t, err)
		go func() { _, _ = p.Get(endless(t)) }()
		held(&p.mu)
		p.Put(c)
	})
}

// The near-miss: ctx ends the wait, and with it the lock.
func TestPool_Get_cancelled(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := NewPool(1)
		c, err := p.Get(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var other sync.WaitGroup
		other.Go(func() {
			_, err := p.Get(ctx)
			assert.ErrorIs(t, err, context.Canceled)
		})
		held(&p.mu)
		cancel()
		p.Put(c)
		other.Wait()
	})
}

func TestLeases_passOnWhatComesBack(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		l := NewLeases(2)
		a, err := l.Get(t.Context())
		require.NoError(t, err)
		b, err := l.Get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, l.Lent())

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err = l.Get(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		var waiting sync.WaitGroup
		waiting.Go(func() {
			got, err := l.Get(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, a, got)
		})
		for range 100 {
			runtime.Gosched() // it waits by now, and were it under a lock, so would Put
		}
		l.Put(a)
		waiting.Wait()
		assert.Equal(t, 2, l.Lent())
		l.Put(a)
		l.Put(b)
		assert.Zero(t, l.Lent())
	})
}

// Shutdown holds the lock when the request ends.
func TestServer_Shutdown(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewServer()
		served := make(chan struct{})
		s.Serve("/", func() { <-served; held(&s.mu) })
		close(served)
		s.Shutdown()
	})
}

// The near-miss: all requests have ended.
func TestServer_Shutdown_idle(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewServer()
		s.Serve("/", func() {})
		s.requests.Wait()
		s.Shutdown()
		s.Serve("/late", func() { assert.Fail(t, "served") })
	})
}

func TestService_waitsForItsRequests(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Service
		closing := make(chan struct{})
		ended := false
		require.NoError(t, s.Serve("/", func() { <-closing; ended = true }))
		assert.Equal(t, 1, s.Active())
		go func() {
			defer close(closing)
			for s.Serve("/probe", func() {}) == nil {
				runtime.Gosched()
			}
		}()
		s.Shutdown()
		assert.True(t, ended)
		assert.Zero(t, s.Active())
		assert.ErrorIs(t, s.Serve("/late", nil), ErrClosing)
	})
}

func TestWaitFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { WaitFirst(func() []string { return nil }) })
}

// The near-miss: nothing is sent.
func TestWaitFirst_noShards(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Empty(t, WaitFirst()) })
}

func TestCollect_receivesFromAll(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		last := make(chan struct{})
		slow := func(got context.Context) []string {
			assert.Equal(t, ctx, got)
			<-last // runs beside the other
			return []string{"a", "b"}
		}
		fast := func(context.Context) []string { close(last); return []string{"c"} }
		assert.ElementsMatch(t, []string{"a", "b", "c"}, Collect(ctx, slow, fast))
		assert.Empty(t, Collect(ctx))
	})
}

func TestPipeFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_ = PipeFirst([]string{"a"}, func(r io.Reader) error {
			_, err := io.ReadAll(r)
			return err
		})
	})
}

// The near-miss: an empty report is not written.
func TestPipeFirst_empty(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, PipeFirst(nil, func(r io.Reader) error {
			got, err := io.ReadAll(r)
			assert.Empty(t, got)
			return err
		}))
	})
}

func TestUpload_writesWhileItIsRead(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Upload(t.Context(), []string{"a", "b"},
			func(_ context.Context, r io.Reader) error {
				got, err := io.ReadAll(r)
				assert.Equal(t, "a\nb\n", string(got))
				return err
			})
		require.NoError(t, err)
	})
}

func TestUpload_endsWhenTheReaderDoes(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Upload(t.Context(), []string{"a", "b"},
			func(context.Context, io.Reader) error { return errRefused })
		require.ErrorIs(t, err, errRefused)
	})
}

func TestShipper_Write(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		NewShipper(func(string) error { return errRefused }).Print("a")
	})
}

// The near-miss: a line that is sent.
func TestShipper_Write_sent(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var sent []string
		l := NewShipper(func(line string) error { sent = append(sent, line); return nil })
		l.Print("a")
		assert.Equal(t, []string{"a\n"}, sent)
	})
}

func TestSender_fallsBack(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var sent []string
		var rest bytes.Buffer
		l := log.New(Sender{
			Send: func(line string) error {
				if strings.Contains(line, "b") {
					return errRefused
				}
				sent = append(sent, line)
				return nil
			},
			Fallback: &rest,
		}, "", 0)
		l.Print("a")
		l.Print("b")
		l.Print("c")
		assert.Equal(t, []string{"a\n", "c\n"}, sent)
		assert.Equal(t, "b\n", rest.String())
	})
}

// What follows is no promise of this package: it is why a silent detector
// proves little.

var global = NewAccount("ann", 5)

func TestLeakProfile_missesALockThatOthersCanReach(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.LeakProfile, func() { _ = global.Withdraw(6) })
	assert.NotEqual(t, detect.Caught, r.State)
}

func TestSynctest_standsStillWhileOneWaitsForALock(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Synctest, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		p := NewPool(1)
		_, _ = p.Get(ctx)
		go func() { _, _ = p.Get(ctx) }() // outside a bubble, for 1 ms
		held(&p.mu)
		p.Put(0)
	})
	assert.NotEqual(t, detect.Returned, r.End)
}

func TestDeadlock_isHiddenByATimer(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Deadlock, func() {
		time.AfterFunc(time.Hour, func() {})
		_ = NewAccount("ann", 5).Withdraw(6)
	})
	assert.NotEqual(t, detect.Caught, r.State)
}
