package scheduler

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests in this file measure their own process or its children, so they
// do not run in parallel.

func TestGOMAXPROCS_boundsWhatRunsAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	start, cpu := time.Now(), cpuTime(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100_000_000 { // busy, and never out of Go code
			}
		})
	}
	wg.Wait()
	atOnce := float64(cpuTime(t)-cpu) / float64(time.Since(start))
	assert.Less(t, atOnce, 1.3, "CPUs busy on average")
}

// A system call is the other way to wait: it holds a thread.
func TestScheduler_systemCallHoldsAThread(t *testing.T) {
	const n = 50
	var pipe [2]int
	require.NoError(t, syscall.Pipe(pipe[:]))
	defer func() { assert.NoError(t, syscall.Close(pipe[0])) }()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			// Not os.File, which would hand the wait to the poller.
			_, err := syscall.Read(pipe[0], make([]byte, 1))
			assert.NoError(t, err)
		})
	}
	assert.Eventually(t, func() bool { return threads() > n }, time.Minute, time.Millisecond)
	require.NoError(t, syscall.Close(pipe[1]))
	wg.Wait()
}

const childEnv = "SCHEDULER_TEST_CHILD"

// Since Go 1.25. On two CPUs this proves only that a limit of half a CPU gives
// 2, for then no limit gives less than there are CPUs. Pretend to have eight:
//
//	strace -f --inject=sched_getaffinity:retval=8:poke_exit=@arg3=ff00000000000000
func TestGOMAXPROCS_followsTheCPULimit(t *testing.T) {
	if os.Getenv(childEnv) != "" {
		fmt.Printf("%d of %d;", runtime.GOMAXPROCS(0), runtime.NumCPU())
		return
	}
	own, v2 := cgroup(t)
	t.Run("of this process", func(t *testing.T) {
		wantProcs(t, cpuLimit(t, own, v2))
	})
	for _, limit := range []float64{0.5, 2, 2.5} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			dir, err := os.MkdirTemp(own, "goguide") //nolint:usetesting // a cgroup, not a file
			if err != nil {
				t.Skip("cannot make a cgroup here, so only the process's own limit was compared:", err)
			}
			defer func() { assert.NoError(t, os.Remove(dir)) }()
			if err := setCPULimit(dir, v2, limit); err != nil {
				t.Skip("cannot limit a cgroup here, so only the process's own limit was compared:", err)
			}
			require.InDelta(t, limit, cpuLimit(t, dir, v2), 0.01)
			wantProcs(t, limit, "sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(dir, "cgroup.procs"))
		})
	}
}

// wantProcs starts this test in a fresh process, by way of the wrapper, and
// compares its GOMAXPROCS with the limit.
func wantProcs(t *testing.T, limit float64, wrapper ...string) {
	t.Helper()
	args := slices.Concat(wrapper,
		[]string{os.Args[0], "-test.run=^TestGOMAXPROCS_followsTheCPULimit$"})
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"=1",
		"GOMAXPROCS=",              // as good as unset
		"GORACE=atexit_sleep_ms=0") // or it takes a second under -race
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var procs, cpus int
	_, err = fmt.Sscanf(string(out), "%d of %d;", &procs, &cpus)
	require.NoError(t, err, "%s", out)
	t.Logf("limit %v, %d CPUs: GOMAXPROCS %d", limit, cpus, procs)
	assert.InDelta(t, min(float64(cpus), max(2, math.Ceil(limit))), procs, 0)
}

// cgroup finds the folder of the cgroup that limits this process's CPU. The
// runtime too looks at no other, not at those above it.
func cgroup(t *testing.T) (dir string, v2 bool) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/cgroup")
	require.NoError(t, err)
	path, kind := "", "cgroup2"
	for line := range strings.Lines(string(text)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if hasWord(f[1], "cpu") {
			path, kind = f[2], "cgroup"
			break
		}
		if f[0] == "0" {
			path = f[2]
		}
	}
	text, err = os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		mount, fs, _ := strings.Cut(strings.TrimSpace(line), " - ")
		m, f := strings.Fields(mount), strings.Fields(fs)
		if f[0] != kind || kind == "cgroup" && !hasWord(f[2], "cpu") {
			continue
		}
		if below, err := filepath.Rel(m[3], path); err == nil && filepath.IsLocal(below) {
			return filepath.Join(m[4], below), kind == "cgroup2"
		}
	}
	t.Skip("no cgroup of this process is mounted")
	return "", false
}

func hasWord(list, word string) bool {
	return strings.Contains(","+list+",", ","+word+",")
}

// cpuLimit is in CPUs, +Inf where there is none.
func cpuLimit(t *testing.T, dir string, v2 bool) float64 {
	t.Helper()
	var text string
	if v2 {
		text = read(t, dir, "cpu.max")
	} else {
		text = read(t, dir, "cpu.cfs_quota_us") + " " + read(t, dir, "cpu.cfs_period_us")
	}
	f := strings.Fields(text)
	if len(f) < 2 || f[0] == "max" || f[0] == "-1" {
		return math.Inf(1)
	}
	quota, err := strconv.ParseFloat(f[0], 64)
	require.NoError(t, err)
	period, err := strconv.ParseFloat(f[1], 64)
	require.NoError(t, err)
	return quota / period
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		return "" // the root has no limit
	}
	require.NoError(t, err)
	return string(text)
}

func setCPULimit(dir string, v2 bool, limit float64) error {
	name, text := "cpu.cfs_quota_us", fmt.Sprint(int(limit*100_000))
	if v2 {
		name, text = "cpu.max", text+" 100000"
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY, 0) // never creates it
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	return err
}

// BenchmarkGet waits for a load of 10 ms.
func BenchmarkGet(b *testing.B) {
	entries := map[string]string{"greeting": "hello"}
	b.Run("spinning", func(b *testing.B) {
		benchmarkGet(b, func() string {
			return NewSpinningCache(func() (map[string]string, error) {
				<-time.After(10 * time.Millisecond)
				return entries, nil
			}).Get("greeting")
		})
	})
	b.Run("waiting", func(b *testing.B) {
		benchmarkGet(b, func() string {
			got, err := NewCache(b.Context(), func(context.Context) (map[string]string, error) {
				<-time.After(10 * time.Millisecond)
				return entries, nil
			}).Get(b.Context(), "greeting")
			assert.NoError(b, err)
			return got
		})
	})
}

func benchmarkGet(b *testing.B, get func() string) {
	cpu := cpuTime(b)
	for b.Loop() {
		if get() != "hello" {
			b.Fatal("wrong entry")
		}
	}
	b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/1e3/float64(b.N), "cpu-ms/op")
}

// cpuTime is what this process has used of all CPUs.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
