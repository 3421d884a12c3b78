package atomics

import (
	"errors"
	"io/fs"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRequests_Status(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var r Requests
		parallel.Do(2, func(i int) {
			if i == 0 {
				r.Serve()
			} else {
				assert.Contains(t, r.Status(), "served ")
			}
		})
	})
}

// The near-miss: after Wait, nobody serves any more.
func TestRequests_Status_afterwards(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Requests
		parallel.Do(8, func(int) { r.Serve() })
		assert.Equal(t, "served 8 requests", r.Status())
	})
}

// Both have loaded before one of them stores.
func TestPeak_Observe(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var p Peak
		p.Observe(func() int64 {
			p.Observe(func() int64 { return 9 }) // another goroutine's
			return 5
		})
		assert.EqualValues(t, 5, p.peak.Load(), "it was 9")
	})
}

// The near-miss: one after the other.
func TestPeak_Observe_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var p Peak
		for _, v := range []int64{5, 9, 7} {
			p.Observe(func() int64 { return v })
		}
		assert.EqualValues(t, 9, p.peak.Load())
	})
}

// The first change is overtaken by another, and made again.
func TestUpdate_losesNoWrite(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var v atomic.Int64
		var seen []int64
		got := Update(&v, func(old int64) int64 {
			if seen = append(seen, old); len(seen) == 1 {
				v.Store(7)
			}
			return old + 5
		})
		assert.EqualValues(t, 12, got)
		assert.EqualValues(t, 12, v.Load())
		assert.Equal(t, []int64{0, 7}, seen)
	})
}

// Overtaken by a higher value, a maximum has nothing left to write.
func TestUpdate_writesNothingNew(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var v atomic.Int64
		v.Store(9)
		got := Update(&v, func(old int64) int64 {
			if old == 9 {
				v.Store(10)
			}
			return max(old, 9)
		})
		assert.EqualValues(t, 9, got)
		assert.EqualValues(t, 10, v.Load())
	})
}

func TestInflight_countsEveryRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var f Inflight
		var all sync.WaitGroup
		all.Add(8)
		parallel.Do(8, func(int) {
			f.Begin()
			all.Done()
			all.Wait()
			assert.EqualValues(t, 8, f.Peak())
			for range 50 {
				f.End()
				f.Begin()
				assert.Positive(t, f.Now())
			}
			f.End()
		})
		assert.Zero(t, f.Now())
		assert.EqualValues(t, 8, f.Peak())
	})
}

func TestUpstream_Move(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		u := NewUpstream("a.example", "token of a")
		var url, token string
		u.Move("b.example", func(string) string {
			url, token = u.Endpoint() // another goroutine's request
			return "token of b"
		})
		assert.Equal(t, "b.example", url)
		assert.Equal(t, "token of a", token)
	})
}

// The near-miss: requests before and after.
func TestUpstream_Move_before(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		u := NewUpstream("a.example", "token of a")
		check := func(wantURL, wantToken string) {
			url, token := u.Endpoint()
			assert.Equal(t, wantURL, url)
			assert.Equal(t, wantToken, token)
		}
		check("a.example", "token of a")
		u.Move("b.example", func(url string) string {
			assert.Equal(t, "b.example", url)
			return "token of b"
		})
		check("b.example", "token of b")
	})
}

func TestHosts_Remove(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := NewHosts("a", "b", "c")
		hosts := h.All()
		parallel.Do(2, func(i int) {
			if i == 0 {
				h.Remove("a")
			} else {
				_ = hosts[0] + hosts[1]
			}
		})
		assert.Equal(t, []string{"b", "c", ""}, hosts, "the reader's slice")
		assert.Equal(t, []string{"b", "c"}, h.All())
	})
}

// The near-miss: a host that is not there moves no element.
func TestHosts_Remove_unknown(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := NewHosts("a", "b", "c")
		hosts := h.All()
		parallel.Do(2, func(i int) {
			if i == 0 {
				h.Remove("d")
			} else {
				assert.Equal(t, []string{"a", "b", "c"}, hosts)
			}
		})
		assert.Equal(t, []string{"a", "b", "c"}, h.All())
	})
}

// A reader looks while the table changes, and meets one of two states.
func TestRoutes_changesAllAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Routes
		a := map[string]Backend{"x": {"a/x", "a"}, "y": {"a/y", "a"}}
		b := map[string]Backend{"x": {"b/x", "b"}, "z": {"b/z", "b"}}
		move := func(to map[string]Backend) {
			r.Update(func(table map[string]Backend) {
				clear(table)
				maps.Copy(table, to)
			})
		}
		move(a)
		parallel.Do(2, func(i int) {
			for range 100 {
				if i == 0 {
					move(b)
					move(a)
				} else {
					assert.Contains(t, []map[string]Backend{a, b}, maps.Collect(r.All()))
				}
			}
		})
		assert.Equal(t, a, maps.Collect(r.All()))
	})
}

func TestRoutes_findsWhatWasSet(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Routes
		_, ok := r.Lookup("x")
		assert.False(t, ok)
		assert.Empty(t, maps.Collect(r.All()))
		before := r.All()
		r.Update(func(table map[string]Backend) { table["x"] = Backend{"a/x", "a"} })
		assert.Empty(t, maps.Collect(before), "a snapshot")
		backend, ok := r.Lookup("x")
		assert.True(t, ok)
		assert.Equal(t, Backend{"a/x", "a"}, backend)
		before = r.All()
		r.Update(func(table map[string]Backend) { delete(table, "x") })
		assert.Contains(t, maps.Collect(before), "x")
		_, ok = r.Lookup("x")
		assert.False(t, ok)
	})
}

// The first change is overtaken by another, and made again on a fresh copy.
func TestRoutes_Update_losesNoWrite(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Routes
		calls := 0
		r.Update(func(table map[string]Backend) {
			if calls++; calls == 1 {
				table["wrong"] = Backend{}
				r.Update(func(table map[string]Backend) { table["x"] = Backend{} })
				return
			}
			table["y"] = Backend{}
		})
		assert.Equal(t, 2, calls)
		assert.Equal(t, map[string]Backend{"x": {}, "y": {}}, maps.Collect(r.All()))
	})
}

// Both have looked before one of them closes.
func TestUploads_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		u := NewUploads()
		var both sync.WaitGroup
		both.Add(2)
		parallel.Do(2, func(int) { u.Close(func() { both.Done(); both.Wait() }) })
	})
}

// The near-miss: the second comes when the first is done.
func TestUploads_Close_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		u := NewUploads()
		flushed := 0
		for range 2 {
			u.Close(func() { flushed++ })
		}
		_, ok := <-u.files
		assert.False(t, ok)
		assert.Equal(t, 1, flushed)
	})
}

// Enough latches for two goroutines to meet at one.
func TestLatch_closesOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		latches := make([]Latch, 20_000)
		var first atomic.Int64
		assert.False(t, latches[0].Closed())
		parallel.Do(4, func(int) {
			for i := range latches {
				if latches[i].Close() {
					first.Add(1)
				}
				if !latches[i].Closed() {
					assert.Fail(t, "it is open again")
				}
			}
		})
		assert.EqualValues(t, len(latches), first.Load())
	})
}

func TestHealth_Fail(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var h Health
		h.Fail(errors.ErrUnsupported)
		h.Fail(&fs.PathError{Op: "open", Path: "a", Err: fs.ErrNotExist})
	})
}

// The near-miss: two errors of one type.
func TestHealth_Fail_sameType(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var h Health
		assert.NoError(t, h.Last())
		h.Fail(errors.ErrUnsupported)
		h.Fail(fs.ErrNotExist)
		assert.ErrorIs(t, h.Last(), fs.ErrNotExist)
	})
}

func TestLastError_keepsAnyError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var l LastError
		assert.NoError(t, l.Get())
		missing := &fs.PathError{Op: "open", Path: "a", Err: fs.ErrNotExist}
		for _, err := range []error{errors.ErrUnsupported, missing, nil} {
			l.Set(err)
			assert.Equal(t, err, l.Get())
		}
		parallel.Do(2, func(i int) {
			if i == 0 {
				l.Set(missing)
			} else {
				assert.Contains(t, []error{nil, missing}, l.Get())
			}
		})
	})
}

func TestVet_refusesWhatItSees(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}
