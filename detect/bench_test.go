package detect

import (
	"os/exec"
	"sync"
	"testing"
	"time"
)

// What a child costs beside a bare one, which starts the same binary and runs
// nothing: compare cpu-ms/op.
//
//	go test -race -run='^$' -bench=Child
func BenchmarkChild(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		var cpu time.Duration
		for b.Loop() {
			cmd := exec.CommandContext(b.Context(), self, "-test.run=^$")
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
			cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		}
		b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
	for _, l := range []look{watch, profile, bubble} {
		for _, scenario := range []string{"a sender with room", "abandonedSender"} {
			b.Run(string(l)+"/"+scenario, func(b *testing.B) {
				if why := openHere(Detector(l)); why != "" && l == profile {
					b.Skip(why)
				}
				var cpu time.Duration
				for b.Loop() {
					cpu += child(b, l, scenario).cpu
				}
				b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

// child runs one look at a scenario as Test_noted or TestFix would.
func child(b *testing.B, l look, scenario string) outcome {
	b.Helper()
	test := "Test_noted/" + scenario
	if cases[scenario] == nil {
		test = "TestFix_letsNearMissesPass/" + scenario
	}
	p := &plan{t: b, order: order{Test: rewrite(test)}}
	p.limit = DefaultLimit
	o := p.child(l, 0)
	if o.err != nil {
		b.Fatal(o.err)
	}
	return o
}

// rewrite is what package testing makes of a subtest's name.
func rewrite(name string) string {
	out := []byte(name)
	for i, c := range out {
		if c == ' ' {
			out[i] = '_'
		}
	}
	return string(out)
}

// How the cost of a bug falls when several are shown side by side, as with
// t.Parallel: most of it is waiting.
//
//	go test -race -run='^$' -bench=SideBySide
func BenchmarkSideBySide(b *testing.B) {
	for _, n := range []int{1, 4, 16} {
		b.Run(map[int]string{1: "1 bug", 4: "4 bugs", 16: "16 bugs"}[n], func(b *testing.B) {
			for b.Loop() {
				var wg sync.WaitGroup
				for range n {
					wg.Go(func() { child(b, watch, "abandonedSender") })
				}
				wg.Wait()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/float64(n), "ms/bug")
		})
	}
}
