package pool

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"example.com/goguide/syncx/internal/contest"
)

// sizes in bytes, each with a way to write so many to a slice that does not
// escape, whose size the compiler must know.
var sizes = []struct {
	bytes int
	local func() int
}{
	{64, func() int { return len(append(make([]byte, 0, 64), data[:64]...)) }},
	{4 << 10, func() int { return len(append(make([]byte, 0, 4<<10), data[:4<<10]...)) }},
	{64 << 10, func() int { return len(append(make([]byte, 0, 64<<10), data[:64<<10]...)) }},
}

var data = bytes.Repeat([]byte("go"), MaxKept/2)

// keep is called through a variable, so what it gets escapes, as what goes to
// an interface does.
var keep = func(*bytes.Buffer) {}

// ways are three to write size bytes: to a new buffer, to one of a pool, and to
// a slice that stays on the stack. One operation is several writes of few
// bytes, for a turn is to last.
func ways(size int, local func() int) []contest.Way {
	writes := max(1, 1024/size)
	times := func(write func()) func(int) {
		return func(int) {
			for range writes {
				write()
			}
		}
	}
	var pool Buffers
	return []contest.Way{
		{Name: "make", Do: times(func() {
			buf := bytes.NewBuffer(make([]byte, 0, size))
			buf.Write(data[:size])
			keep(buf)
		})},
		{Name: "pool", Do: times(func() {
			buf := pool.Get()
			buf.Write(data[:size])
			keep(buf)
			pool.Put(buf)
		})},
		{Name: "stack", Do: times(func() { local() })},
	}
}

// BenchmarkTime holds as much memory as a service does. The collector runs
// when as much again has been allocated, so with little, it always runs.
func BenchmarkTime(b *testing.B) {
	for _, size := range sizes {
		for _, live := range []int{0, 256} {
			b.Run(fmt.Sprintf("size=%d/live=%dMiB", size.bytes, live), func(b *testing.B) {
				held := make([]byte, live<<20)
				contest.Run(b, func() []contest.Way { return ways(size.bytes, size.local) })
				runtime.KeepAlive(held)
			})
		}
	}
}

// BenchmarkGarbage reports how much each allocates and how often the collector
// runs for it.
func BenchmarkGarbage(b *testing.B) {
	for _, size := range sizes {
		for _, goroutines := range []int{1, 2, 8} {
			b.Run(fmt.Sprintf("size=%d/goroutines=%d", size.bytes, goroutines), func(b *testing.B) {
				total := map[string]runtime.MemStats{}
				for b.Loop() {
					for _, way := range ways(size.bytes, size.local) {
						one, sum := garbage(goroutines, way), total[way.Name]
						sum.TotalAlloc += one.TotalAlloc
						sum.NumGC += one.NumGC
						total[way.Name] = sum
					}
				}
				first := total["make"]
				for _, name := range []string{"pool", "stack"} {
					b.ReportMetric(float64(total[name].TotalAlloc)/float64(first.TotalAlloc), name+"/make-bytes")
					b.ReportMetric(float64(total[name].NumGC)/float64(first.NumGC), name+"/make-cycles")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// garbage lets the goroutines share some operations, and returns what these
// have added.
func garbage(goroutines int, way contest.Way) runtime.MemStats {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range 1 << 12 / goroutines {
				way.Do(i)
			}
		})
	}
	wg.Wait()
	runtime.ReadMemStats(&after)
	after.TotalAlloc -= before.TotalAlloc
	after.NumGC -= before.NumGC
	return after
}
