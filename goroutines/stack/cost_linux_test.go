package stack

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each benchmark is right for one iteration in a fresh process
// (-benchtime 1x): the runtime keeps what an earlier one has left.

func BenchmarkParkedGoroutine(b *testing.B) {
	benchmarkParked(b, 100_000, park)
}

func BenchmarkParkedThread(b *testing.B) {
	benchmarkParked(b, 1_000, parkLocked)
}

func benchmarkParked(b *testing.B, n int, park func(int) func()) {
	for b.Loop() {
		before := memory(b)
		end := park(n)
		now := memory(b)
		each := func(bytes int, unit string) {
			b.ReportMetric(float64(bytes)/float64(n), unit)
		}
		each(now.reserved-before.reserved, "reserved-B/each")
		each(now.used-before.used, "used-B/each")
		each(now.kernel-before.kernel, "kernel-B/each")
		end()
	}
}

// The guide's 2 MB is what a thread may use, not what it uses.
func TestThread_usesFarLessThan2MB(t *testing.T) {
	const n = 200
	before := memory(t)
	end := parkLocked(n)
	defer end()
	assert.Less(t, (memory(t).used-before.used)/n, 256<<10)
}

// A footprint is in bytes.
type footprint struct {
	reserved int // this process's address space
	used     int // the part of it that is in RAM
	kernel   int // the kernel's stacks for all threads on this machine
}

func memory(tb testing.TB) footprint {
	tb.Helper()
	debug.FreeOSMemory()
	return footprint{
		reserved: field(tb, "/proc/self/status", "VmSize"),
		used:     field(tb, "/proc/self/status", "VmRSS"),
		kernel:   field(tb, "/proc/meminfo", "KernelStack"),
	}
}

// field reads a line such as "VmRSS:      1234 kB".
func field(tb testing.TB, file, name string) (bytes int) {
	tb.Helper()
	text, err := os.ReadFile(file)
	require.NoError(tb, err)
	_, rest, found := strings.Cut(string(text), "\n"+name+":")
	require.True(tb, found, "%s has no %s", file, name)
	_, err = fmt.Sscanf(strings.TrimSpace(rest), "%d kB", &bytes)
	require.NoError(tb, err)
	return bytes << 10
}
