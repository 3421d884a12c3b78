package bank

import "sync"

// Rows is a table of a database, with a row for each account. Every call is a
// round trip, and takes a while.
type Rows struct {
	trip func()

	mu    sync.Mutex
	locks map[string]chan struct{} // by row; full while it is locked
	cents map[string]int
}

// NewRows returns a table. trip is called for each round trip.
func NewRows(cents map[string]int, trip func()) *Rows {
	return &Rows{trip: trip, locks: map[string]chan struct{}{}, cents: cents}
}

func (r *Rows) lock(row string) chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.locks[row] == nil {
		r.locks[row] = make(chan struct{}, 1)
	}
	return r.locks[row]
}

// Lock waits until nobody has locked a row, and locks it.
func (r *Rows) Lock(row string) {
	r.lock(row) <- struct{}{}
	r.trip()
}

// Unlock gives a row back that was locked.
func (r *Rows) Unlock(row string) {
	r.trip()
	<-r.lock(row)
}

// Get returns what is in a row. It is for whoever has locked that.
func (r *Rows) Get(row string) int {
	r.trip()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cents[row]
}

// Set changes a row. It is for whoever has locked that.
func (r *Rows) Set(row string, cents int) {
	r.trip()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cents[row] = cents
}
