package cond

import (
	"sync"
	"sync/atomic"
)

// Jobs are those that workers still have to do. Compare [Buffer].
type Jobs struct {
	mu      sync.Mutex
	added   *sync.Cond
	names   []string
	waiting func() // told of each worker that has to wait
}

// NewJobs returns no jobs.
func NewJobs(waiting func()) *Jobs {
	j := &Jobs{waiting: waiting}
	j.added = sync.NewCond(&j.mu)
	return j
}

// Add adds some jobs. Compare [Buffer.Put].
func (j *Jobs) Add(names ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.names = append(j.names, names...)
	j.added.Broadcast()
}

// Take waits for a job. Compare [Buffer.Take].
func (j *Jobs) Take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.names) == 0 {
		j.waiting()
		// BUG(panic): Jobs.Take looks once, and was woken with all others: the
		// first of them has taken the job, and there is no names[0] any more.
		j.added.Wait()
	}
	name := j.names[0]
	j.names = j.names[1:]
	return name
}

// A Migration changes the tables, while requests wait for it. Compare [Buffer].
type Migration struct {
	mu      sync.Mutex
	ended   *sync.Cond
	waiting func() // told of each request that has to wait
}

// NewMigration returns a migration that has not ended.
func NewMigration(waiting func()) *Migration {
	m := &Migration{waiting: waiting}
	m.ended = sync.NewCond(&m.mu)
	return m
}

// End lets the requests go on.
func (m *Migration) End() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended.Broadcast()
}

// Wait returns when the migration has ended. Compare [Buffer.Take].
func (m *Migration) Wait() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting()
	// BUG(leakprofile, synctest, deadlock, hang): Migration.Wait has no
	// variable to look at: who comes after the Broadcast waits for another.
	m.ended.Wait()
}

// A Service answers when it is ready. Compare [Buffer.Close].
type Service struct {
	mu      sync.Mutex
	changed *sync.Cond
	ready   atomic.Bool
	waiting func() // told of each request that has to wait
}

// NewService returns a service that is not ready.
func NewService(waiting func()) *Service {
	s := &Service{waiting: waiting}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// Ready lets the requests in. Compare [Buffer.Close].
func (s *Service) Ready() {
	// BUG(leakprofile, synctest, deadlock, hang): Service.Ready takes no lock,
	// as its flag is atomic: it wakes nobody while a request is between its
	// look at the flag and its Wait.
	s.ready.Store(true)
	s.changed.Broadcast()
}

// Wait returns when the service is ready.
func (s *Service) Wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.ready.Load() {
		s.waiting()
		s.changed.Wait()
	}
}

// A Budget is the memory that uploads may use at the same time. Compare
// [Buffer].
type Budget struct {
	mu      sync.Mutex
	changed *sync.Cond
	free    int
	waiting func() // told of each upload that has to wait
}

// NewBudget returns a budget of so many bytes.
func NewBudget(free int, waiting func()) *Budget {
	b := &Budget{free: free, waiting: waiting}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// Acquire waits for so many bytes.
func (b *Budget) Acquire(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.free < n {
		b.waiting()
		b.changed.Wait()
	}
	b.free -= n
}

// Release gives them back. Compare [Buffer.Take].
func (b *Budget) Release(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += n
	// BUG(leakprofile, synctest, deadlock, hang): Budget.Release wakes one of
	// those who wait, who needs more; one who needs less sleeps on.
	b.changed.Signal()
}
