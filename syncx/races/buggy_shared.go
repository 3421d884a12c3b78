package races

import (
	"math/rand/v2"
	"sync"
)

// AppendUnlocked asks all shards of a search. Compare [Search].
func AppendUnlocked(shards ...func() []string) []string {
	var hits []string
	var wg sync.WaitGroup
	for _, shard := range shards {
		wg.Go(func() {
			// BUG(race): AppendUnlocked's goroutines all write pointer, length
			// and capacity of one slice: a hit is lost, or two share a place.
			hits = append(hits, shard()...)
		})
	}
	wg.Wait()
	return hits
}

// SliceHeader checks all orders and shows what it has found so far. Compare
// [Search].
func SliceHeader(
	orders []string,
	check func(order string) (problem string),
	show func(problems []string),
) []string {
	var mu sync.Mutex
	var problems []string
	var wg sync.WaitGroup
	for _, order := range orders {
		wg.Go(func() {
			problem := check(order)
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, problem)
		})
		// BUG(race): SliceHeader locks to append, and here copies the slice's
		// pointer, length and capacity to an argument without the lock.
		show(problems)
	}
	wg.Wait()
	return problems
}

// A Counter counts the requests of each path. Compare [Hits].
type Counter struct{ paths map[string]int }

// NewCounter returns a counter that has counted nothing.
func NewCounter() *Counter { return &Counter{paths: map[string]int{}} }

// Count counts a request. Handlers call it. Compare [Hits.Add].
func (c *Counter) Count(path string) {
	// BUG(race, fatal): Counter.Count writes a map from several goroutines: the
	// runtime ends the process when it notices, and no recover helps.
	c.paths[path]++
}

// A Job is what a worker reports of its work.
type Job struct {
	Name string
	Done int
}

// PointerSent reports its progress after every step. Compare [Progress].
func PointerSent(name string, steps int, reports chan<- *Job) {
	job := &Job{Name: name}
	for range steps {
		// BUG(race): PointerSent goes on to write the job whose pointer it has
		// sent: the channel hands over the pointer, and both keep the memory.
		job.Done++
		reports <- job
	}
}

// A Sampler keeps a share of the traces. Compare [Keep].
type Sampler struct {
	rng   *rand.Rand
	share float64
}

// NewSampler returns a sampler with a source of its own.
func NewSampler(share float64) *Sampler {
	return &Sampler{rng: rand.New(rand.NewPCG(1, 2)), share: share}
}

// Keep says whether to keep a trace. Handlers call it. Compare [Keep].
func (s *Sampler) Keep() bool {
	// BUG(race): Sampler.Keep shares a rand.Rand, whose doc says that it is not
	// safe for several goroutines; the functions of the package are.
	return s.rng.Float64() < s.share
}

// A Cart holds what a test case buys.
type Cart struct{ Items, Total int }

// SharedFixture adds cases for a discount to a test. parallel stands for t.Run
// with a t.Parallel inside. Compare [Cases].
func SharedFixture(
	discounts map[string]func(*Cart),
	parallel func(name string, test func()),
) {
	cart := &Cart{Items: 3, Total: 100}
	for name, discount := range discounts {
		// BUG(race): SharedFixture makes one cart for all its cases, and cases
		// that run in parallel change it at the same time.
		parallel(name, func() { discount(cart) })
	}
}
