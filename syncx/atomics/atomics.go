// Package atomics shows a counter, a flag, a maximum and a table that are kept
// without a lock, six ways to get them wrong, and what they save. It belongs to
// part 6.2 of the guide.
//
// An atomic makes one step on one word indivisible. It does not join two steps,
// and it does not join two words:
//
//	request                               moving an upstream
//	                                      url.Store("b.example")
//	url.Load()   // b.example
//	token.Load() // the token of a.example
//	                                      token.Store(login("b.example"))
//
// The request hands one server's secret to another. Each access is atomic, so
// the race detector has nothing to say, and the other order of the two stores
// is as wrong.
//
// # What to write
//
//   - A counter: Add, and use what it returns ([Inflight]).
//   - A flag that one goroutine may raise: CompareAndSwap says who ([Latch]).
//   - A value made of the old one: a loop around CompareAndSwap ([Update]).
//   - Several values that belong together, or one that is large: put them in a
//     struct or a map that nobody changes, and swap the pointer ([Routes]).
//   - An interface: a pointer to it ([LastError]). An atomic.Value panics if
//     the type in it changes.
//   - Anything else: a mutex. A step that may wait, or fail half way, has no
//     form without a lock.
//
// The types of Go 1.19 (atomic.Int64) have no plain access, are aligned on
// every machine, and go vet sees when they are copied. The functions
// (atomic.AddInt64) promise none of that: see [Requests].
//
// # When it is faster
//
// The guide says: faster than a mutex, for simple operations. The least and the
// most of five runs; the table has 64 hosts:
//
//	go test -run='^$' -bench=. -count=5 ./atomics
//
//	time, by mutex = 1     1 goroutine     2 goroutines    8 goroutines
//	counter, 50 % Load     0.56 to 0.83    0.23 to 0.67    0.42 to 0.50
//	counter, 90 %          0.35 to 0.36    0.10 to 0.34    0.26 to 0.33
//	counter, 99 %          0.08 to 0.29    0.23 to 0.27    0.07 to 0.21
//	counter, 100 %         0.10 to 0.39    0.11 to 0.33    0.04 to 0.14
//	table, 50 % Lookup     81 to 407       88 to 580       52 to 446
//	table, 90 %            19 to 32        19 to 477       25 to 78
//	table, 99 %            3.6 to 5.2      3.7 to 4.7      4.2 to 9.3
//	table, 99.9 %          0.7 to 1.3      0.7 to 0.8      0.7 to 1.4
//	table, 100 %           0.6 to 0.7      0.6 to 0.8      0.2 to 0.7
//	1 number, all Add      0.46            0.14 to 0.45    0.15 to 0.43
//	2 numbers              0.7 to 1.7      0.8 to 0.9      0.4 to 0.8
//	4 numbers              1.6 to 1.7      1.5 to 4.6      1.5 to 4.3
//	8 numbers              2.4 to 3.3      3.3 to 4.7      2.6 to 4.0
//
// So it is not faster where each write copies a table, unless writes are rarer
// than about one in a thousand, nor where four numbers change together: that is
// four atomics, or one lock. That was Go 1.26 on two cores with a load average
// of 18 to 29. Goroutines seldom ran at the same moment, so the figures show
// what an operation costs, and hardly what waiting costs.
//
// # What finds it
//
// The race detector sees a plain access beside an atomic one
// ([Requests.Status]) and a write to what was published ([Hosts.Remove]). It is
// silent where all is atomic and only the order is wrong: that takes a test
// that acts between the two steps. [Uploads.Close] and [Health.Fail] end the
// process, on the day when two meet. go vet sees two mistakes: a copy, and
// x = atomic.AddInt64(&x, 1) (testdata/refused).
package atomics

import (
	"iter"
	"maps"
	"sync/atomic"
)

// Update replaces the value of v by what change makes of it and returns the new
// one. No other write comes between. change must only compute: it is called
// again whenever another write was faster. If it returns what it was given,
// nothing is written.
func Update(v *atomic.Int64, change func(int64) int64) int64 {
	for {
		old := v.Load()
		next := change(old)
		if next == old || v.CompareAndSwap(old, next) {
			return next
		}
	}
}

// Inflight counts the requests that are being served, and knows the most that
// there were at a time. The zero value has seen none. It must not be copied.
// All methods may be called concurrently.
type Inflight struct{ now, peak atomic.Int64 }

// Begin counts a request. Each Begin needs one [Inflight.End].
func (f *Inflight) Begin() {
	now := f.now.Add(1) // a Load after it could miss this very peak
	Update(&f.peak, func(peak int64) int64 { return max(peak, now) })
}

// End counts a request that is over.
func (f *Inflight) End() { f.now.Add(-1) }

// Now returns how many requests there are.
func (f *Inflight) Now() int64 { return f.now.Load() }

// Peak returns the most that there were. It may lag behind [Inflight.Now] for
// as long as a Begin takes.
func (f *Inflight) Peak() int64 { return f.peak.Load() }

// A Latch closes once. The zero value is open. It must not be copied. All
// methods may be called concurrently.
type Latch struct{ closed atomic.Bool }

// Close closes the latch and says whether it was open: of several callers, one
// gets true. The others do not wait until that one has acted on it; if they
// must, use [sync.Once].
func (l *Latch) Close() (first bool) {
	return l.closed.CompareAndSwap(false, true)
}

// Closed says whether it is closed.
func (l *Latch) Closed() bool { return l.closed.Load() }

// LastError keeps the error of the last attempt. The zero value holds none. It
// must not be copied. All methods may be called concurrently.
type LastError struct{ err atomic.Pointer[error] }

// Set keeps err, which may be nil.
func (l *LastError) Set(err error) { l.err.Store(&err) }

// Get returns the error that was kept last.
func (l *LastError) Get() error {
	if err := l.err.Load(); err != nil {
		return *err
	}
	return nil
}

// A Backend is where requests go, and the token that they need there.
type Backend struct{ URL, Token string }

// Routes says which backend serves a host. Its map is never changed: a change
// makes a copy and publishes it, so readers neither wait nor write to shared
// memory. The zero value is empty. It must not be copied. All methods may be
// called concurrently.
type Routes struct {
	table atomic.Pointer[map[string]Backend]
}

// Lookup returns the backend of a host, if it has one.
func (r *Routes) Lookup(host string) (backend Backend, ok bool) {
	backend, ok = r.current()[host]
	return backend, ok
}

// All yields the table as it is now: unlike that of a sync.Map, this loop is
// over a snapshot.
func (r *Routes) All() iter.Seq2[string, Backend] {
	return maps.All(r.current())
}

// Update publishes what change makes of a copy of the table, all at once. It
// costs that copy. change must only compute, and must not keep the map: it is
// called again, with another copy, whenever another Update was faster. If
// writes are frequent, guard them with a mutex, so that none is made twice.
func (r *Routes) Update(change func(table map[string]Backend)) {
	for {
		old := r.table.Load()
		next := map[string]Backend{}
		if old != nil {
			next = maps.Clone(*old)
		}
		change(next)
		if r.table.CompareAndSwap(old, &next) {
			return
		}
	}
}

func (r *Routes) current() map[string]Backend {
	if table := r.table.Load(); table != nil {
		return *table
	}
	return nil
}
