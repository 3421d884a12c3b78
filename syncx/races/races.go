// Package races shows the races that people write, all but one of them data
// races, at least one for each class that studies of real programs have found.
// It belongs to part 6.3 of the guide.
//
// A data race is two accesses to one variable, at least one of them a write,
// that nothing puts in order. Few look like a counter without a lock: most come
// from a variable that nobody saw was shared, or a lock that is there and does
// not cover the access:
//
//	caller                              goroutine
//	status = 202
//	                                    audit(status)   // reads
//	return 200 // status = 200: writes
//
// # The classes
//
// They come from three studies: A is T. Tu et al., "Understanding Real-World
// Concurrency Bugs in Go", ASPLOS 2019; G is T. Yuan et al., "GoBench: A
// Benchmark Suite of Real-World Go Concurrency Bugs", CGO 2021; U is M. Chabbi
// and M. K. Ramanathan, "A Study of Real-World Data Races in Golang", PLDI
// 2022.
//
//   - Anonymous function (A, G), capture by reference (U): the loop's variable
//     ([LoopVariable]), err ([CapturedErr]), a named result ([NamedResult]).
//   - Slices (U): append ([AppendUnlocked]), a slice that is copied without the
//     lock that guards it ([SliceHeader]).
//   - Maps (U): [Counter.Count].
//   - Pass by value (U): a lock that is copied ([Visits.Days]).
//   - Channels beside shared memory (U): [PointerSent].
//   - WaitGroup (A, U): Add too late ([LateAdd]), Done too early ([EarlyDone]).
//   - Parallel tests (U): [SharedFixture].
//   - Missing or partial locking (U): [Breaker.Open]; a write under a lock for
//     reading (U): [Prices.Get].
//   - Special libraries (A, G), a contract that is broken (U): [Sampler.Keep].
//   - Order violation (G): [HiddenByLog].
//   - Atomicity violation (A): [Seats.Take].
//
// Go 1.22 gave each turn of a loop variables of its own, which ended
// [LoopVariable] alone: err and results are still one variable for all.
//
// # What to write
//
// Share less. Give each goroutine its own place to write ([Search], [SaveAll]),
// hand it values ([Refund], [Progress]), wait for it before you read ([Load]).
// What must be shared goes behind a type whose every method takes the one lock,
// for its whole step ([Hits], [Stock]).
//
// # What finds it
//
// go test -race finds an access that nothing put in order in the run at hand.
// It needs no bad luck: it reports also where the result was right. But
// what put them in order may be an accident: with a log that has a lock, it is
// silent about [HiddenByLog] in the runs where the goroutine logs first, and
// reports it in others. And a race need not be a data race: every access of
// [Seats.Take] is locked, no detector reports it, and two people have one seat.
//
// The guide says that -race must be in CI; it is not enough to start it there,
// for a test must run both sides. go vet sees a lock that a statement or a
// receiver copies (testdata/refused), and not the copy that slices.Clone makes;
// the runtime notices only a map. Without -race no tool reports the others.
package races

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
)

// SaveAll calls all saves at once, each with an err of its own, and returns
// their errors joined when all are back.
func SaveAll(
	ctx context.Context,
	saves ...func(context.Context) error,
) error {
	errs := make([]error, len(saves))
	var wg sync.WaitGroup
	for i, save := range saves {
		wg.Go(func() {
			if err := save(ctx); err != nil {
				errs[i] = fmt.Errorf("save %d: %w", i, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Search asks all shards at once and returns their hits in the order of the
// shards.
func Search(
	ctx context.Context,
	shards ...func(context.Context) []string,
) []string {
	found := make([][]string, len(shards))
	var wg sync.WaitGroup
	for i, shard := range shards {
		wg.Go(func() { found[i] = shard(ctx) })
	}
	wg.Wait()
	var hits []string
	for _, some := range found {
		hits = append(hits, some...)
	}
	return hits
}

// Refund refunds an order, and audits the status that it began with beside it.
// It returns an HTTP status, and does not wait for the audit.
func Refund(refund func() error, audit func(status int)) int {
	const accepted = 202
	go audit(accepted) // evaluated here, not in the goroutine
	if refund() != nil {
		return 500
	}
	return 200
}

// Load loads a configuration in the background while it logs, and returns it.
func Load(load func() string, log func(line string)) string {
	loaded := make(chan string)
	go func() {
		config := load()
		log("loaded")
		loaded <- config
	}()
	log("started")
	return <-loaded
}

// Progress reports after each of the steps, with a copy, until ctx ends.
func Progress(ctx context.Context, name string, steps int, reports chan<- Job) {
	job := Job{Name: name}
	for range steps {
		job.Done++
		select {
		case reports <- job:
		case <-ctx.Done():
			return
		}
	}
}

// Keep says whether to keep a trace: yes for the given share of them.
func Keep(share float64) bool { return rand.Float64() < share }

// Cases runs each test with a fixture of its own. parallel is t.Run with a
// t.Parallel inside.
func Cases[F any](
	fresh func() F,
	tests map[string]func(F),
	parallel func(name string, test func()),
) {
	for name, test := range tests {
		parallel(name, func() { test(fresh()) })
	}
}
