package bench

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"example.com/goguide/channels/workerpool"
)

const workers = 2

// A turn takes about a millisecond, whatever the way: other work on the machine
// would hit a longer one more often, and the fastest turn would mislead.
const (
	cheap = 1 << 17 // jobs a turn
	dear  = 1 << 13
)

// do is the job: nothing, by way of a variable, so that no call is inlined.
var do = func(_ context.Context, v int) (int, error) { return v + 1, nil }

// Each way calls do for every element of its input on two goroutines. The jobs
// are in a slice, the results too.
var overSlice = []way{
	{"floor", cheap, true, floor}, // half of the slice each
	{"atomic-index", cheap, true, atomicIndex},
	{"workerpool.Map", cheap, true, poolMap},
	{"buffered-channel", dear, true, bufferedChannel},
	{"pond", dear, true, each(pondPool)},
	{"conc", dear, true, each(concPool)},
	{"ants", dear, true, each(antsPool)},
	{"errgroup.SetLimit", dear, true, each(errgroupPool)},
	{"goroutine-per-job", dear, true, each(goroutines)},
}

// The jobs come over a channel, and the results go to a loop.
var overStream = []way{
	{"floor", cheap, true, floor},
	{"two-channels", dear, false, twoChannels},
	{"workerpool.Unordered", dear, false, poolUnordered},
	{"workerpool.Ordered", dear, true, poolOrdered},
	{"pond", dear, false, streamed(pondPool)},
	{"conc", dear, false, streamed(concPool)},
	{"ants", dear, false, streamed(antsPool)},
	{"errgroup.SetLimit", dear, false, streamed(errgroupPool)},
	{"goroutine-per-job", dear, false, streamed(goroutines)},
}

func BenchmarkPoolOverSlice(b *testing.B)  { compare(b, input(), overSlice) }
func BenchmarkPoolOverStream(b *testing.B) { compare(b, input(), overStream) }

// All ways do the same work.
func TestPool(t *testing.T) {
	in := input()
	want := make([]int, cheap)
	for i := range want {
		want[i] = i + 1
	}
	for form, ways := range map[string][]way{"slice": overSlice, "stream": overStream} {
		for _, way := range ways {
			t.Run(form+"/"+way.name, func(t *testing.T) {
				out := way.run(t.Context(), in[:way.jobs])
				if !way.order {
					slices.Sort(out)
				}
				if !slices.Equal(want[:way.jobs], out) {
					t.Errorf("%d results, not those of %d jobs", len(out), way.jobs)
				}
			})
		}
	}
}

func input() []int {
	in := make([]int, cheap)
	for i := range in {
		in[i] = i
	}
	return in
}

func floor(ctx context.Context, in []int) []int {
	out := make([]int, len(in))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w * len(in) / workers; i < (w+1)*len(in)/workers; i++ {
				out[i], _ = do(ctx, in[i])
			}
		})
	}
	wg.Wait()
	return out
}

func atomicIndex(ctx context.Context, in []int) []int {
	out := make([]int, len(in))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(in)); i = next.Add(1) - 1 {
				out[i], _ = do(ctx, in[i])
			}
		})
	}
	wg.Wait()
	return out
}

func bufferedChannel(ctx context.Context, in []int) []int {
	out := make([]int, len(in))
	ch := make(chan int, 128)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range ch {
				out[i], _ = do(ctx, in[i])
			}
		})
	}
	for i := range in {
		ch <- i
	}
	close(ch)
	wg.Wait()
	return out
}

func poolMap(ctx context.Context, in []int) []int {
	out, err := workerpool.Map(ctx, workers, in, do)
	if err != nil {
		panic(err)
	}
	return out
}

func poolUnordered(ctx context.Context, in []int) []int {
	out := make([]int, 0, len(in))
	for r, err := range workerpool.Unordered(ctx, workers, stream(in), do) {
		if err != nil {
			panic(err)
		}
		out = append(out, r)
	}
	return out
}

func poolOrdered(ctx context.Context, in []int) []int {
	out := make([]int, 0, len(in))
	for r, err := range workerpool.Ordered(ctx, workers, stream(in), do) {
		if err != nil {
			panic(err)
		}
		out = append(out, r)
	}
	return out
}

// stream costs a channel operation a job, and that is counted: jobs that come
// over a channel are what these pools are for.
func stream(in []int) <-chan int {
	ch := make(chan int, 128)
	go func() {
		defer close(ch)
		for _, v := range in {
			ch <- v
		}
	}()
	return ch
}

// twoChannels is Unordered without ctx, errors and recover.
func twoChannels(ctx context.Context, in []int) []int {
	results := make(chan int, 128)
	jobs := stream(in)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for v := range jobs {
				r, _ := do(ctx, v)
				results <- r
			}
		})
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	return collect(results, len(in))
}

func collect(results <-chan int, n int) []int {
	out := make([]int, 0, n)
	for r := range results {
		out = append(out, r)
	}
	return out
}

// A pool of another library: submit hands it a task, wait returns when all are
// done.
type pool func() (submit func(task func()), wait func())

// each submits a task for each element of a slice.
func each(open pool) func(context.Context, []int) []int {
	return func(ctx context.Context, in []int) []int {
		out := make([]int, len(in))
		submit, wait := open()
		for i := range in {
			submit(func() { out[i], _ = do(ctx, in[i]) })
		}
		wait()
		return out
	}
}

// streamed submits a task for each value of a channel, which sends its result
// to a loop.
func streamed(open pool) func(context.Context, []int) []int {
	return func(ctx context.Context, in []int) []int {
		results := make(chan int, 128)
		go func() {
			defer close(results)
			submit, wait := open()
			for v := range stream(in) {
				submit(func() {
					r, _ := do(ctx, v)
					results <- r
				})
			}
			wait()
		}()
		return collect(results, len(in))
	}
}

func pondPool() (submit func(func()), wait func()) {
	p := pond.NewPool(workers)
	return func(task func()) {
		if err := p.Go(task); err != nil { // Submit makes a task to wait for
			panic(err)
		}
	}, p.StopAndWait
}

func concPool() (submit func(func()), wait func()) {
	p := concpool.New().WithMaxGoroutines(workers)
	return p.Go, p.Wait
}

func antsPool() (submit func(func()), wait func()) {
	p, err := ants.NewPool(workers)
	if err != nil {
		panic(err)
	}
	var wg sync.WaitGroup
	return func(task func()) {
			wg.Add(1)
			err := p.Submit(func() {
				defer wg.Done()
				task()
			})
			if err != nil {
				panic(err)
			}
		}, func() {
			wg.Wait()
			p.Release()
		}
}

func errgroupPool() (submit func(func()), wait func()) {
	var g errgroup.Group
	g.SetLimit(workers)
	return func(task func()) {
			g.Go(func() error {
				task()
				return nil
			})
		}, func() {
			_ = g.Wait() // no task returns an error
		}
}

func goroutines() (submit func(func()), wait func()) {
	var wg sync.WaitGroup
	return wg.Go, wg.Wait
}
