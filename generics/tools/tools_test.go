package tools

import (
	"context"
	"errors"
	"flag"
	"go/build"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A memory is a Store that heeds its contexts, as a database does.
type memory map[string]bool

func (m memory) Create(ctx context.Context, tenant string) error {
	if ctx.Err() == nil {
		m[tenant] = true
	}
	return ctx.Err()
}

func (m memory) Drop(ctx context.Context, tenant string) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !m[tenant]:
		return errors.New("no such tenant")
	}
	delete(m, tenant)
	return nil
}

// passes runs a test with its cleanups, inside this one.
func passes(test func(t *testing.T)) bool {
	all := func(string, string) (bool, error) { return true, nil }
	return testing.RunTests(all, []testing.InternalTest{{Name: "TestInner", F: test}})
}

func TestLostTenant(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		store := memory{}
		assert.True(t, passes(func(t *testing.T) { LostTenant(t, store) }))
		assert.Equal(t, memory{"TestInner": true}, store)
	})
}

// The near-miss: a store that does not look at its context.
func TestLostTenant_ofAStoreWithoutContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		store := memory{}
		assert.True(t, passes(func(t *testing.T) { LostTenant(t, deaf{store}) }))
		assert.Empty(t, store)
	})
}

type deaf struct{ memory }

func (d deaf) Drop(ctx context.Context, tenant string) error {
	return d.memory.Drop(context.WithoutCancel(ctx), tenant)
}

func TestTenant_isDroppedAfterTheTest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		store := memory{}
		assert.True(t, passes(func(t *testing.T) {
			name := Tenant(t, store)
			assert.Equal(t, memory{name: true}, store)
		}))
		assert.Empty(t, store)
		assert.False(t, passes(func(t *testing.T) {
			delete(store, Tenant(t, store))
		}), "a failed drop fails the test")
	})
}

// slower is by how much kept, which measures Root, takes longer than bench.
// The two take turns, and the fastest turn of each counts. In a bubble nothing
// takes time, and nothing is measured.
func slower(t *testing.T, bench func(b *testing.B)) (times float64, measured bool) {
	t.Helper()
	require.NoError(t, flag.Set("test.benchtime", "1000x"))
	fastest := [2]time.Duration{time.Hour, time.Hour}
	for range turns {
		for i, bench := range []func(b *testing.B){kept, bench} {
			r := testing.Benchmark(bench)
			require.Equal(t, 1000, r.N)
			fastest[i] = min(fastest[i], r.T)
		}
	}
	return float64(fastest[0]) / float64(fastest[1]), fastest[0] > 0
}

const turns = 20

// kept measures the same as Discarded, as it should.
func kept(b *testing.B) {
	for b.Loop() {
		Root(two, 100)
	}
}

var two = 2.0 // no constant: the compiler would compute the root

// ofBenchmarks is for a scenario of 40 benchmarks, each of which begins with a
// collection of garbage: at 8 CPUs of a loaded machine they took over a second.
func ofBenchmarks() detect.Option { return detect.Within(20 * time.Second) }

func TestDiscarded(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		calls := 0
		times, measured := slower(t, func(b *testing.B) {
			Discarded(b, two)
			calls++
		})
		if measured {
			assert.Greater(t, times, 4.0)
		}
		assert.Equal(t, turns, calls, "with b.Loop, once for each result")
	}, ofBenchmarks())
}

// The correct code: a function that returns what b.Loop keeps.
func TestBenchmark_measuresWhatItIsGiven(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		times, measured := slower(t, func(b *testing.B) {
			Benchmark(b, func() float64 { return Root(two, 100) })
		})
		if measured {
			assert.Less(t, times, 4.0)
		}
	}, ofBenchmarks())
}

// The near-miss: a result that is stored where others can see it is computed.
func TestDiscarded_stored(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var sink float64
		times, measured := slower(t, func(b *testing.B) {
			run := func() { sink = Root(two, 100) }
			for b.Loop() {
				run()
			}
		})
		if measured {
			assert.Less(t, times, 4.0)
		}
		assert.NotZero(t, sink)
	}, ofBenchmarks())
}

func TestRoot_comesNear(t *testing.T) {
	t.Parallel()
	for _, n := range []float64{0, 1, 2, 3, 1e6, 1e-6} {
		assert.InDelta(t, math.Sqrt(n), Root(n, 100), 1e-12)
	}
}

// limits are what the quotas say by plan.
func limits(quotas []Quota) map[string]int {
	all := map[string]int{}
	for _, q := range quotas {
		all[q.Plan] = *q.Limit
	}
	return all
}

func TestSharedQuotas(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		got := limits(SharedQuotas(map[string]int{"free": 1, "team": 50}))
		assert.Len(t, got, 2)
		assert.Equal(t, got["free"], got["team"])
	})
}

// The near-miss: one plan.
func TestSharedQuotas_ofOnePlan(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		quotas := SharedQuotas(map[string]int{"free": 1})
		assert.Equal(t, map[string]int{"free": 1000}, limits(quotas))
	})
}

func TestQuotas_haveEachTheirOwnLimit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		quotas := Quotas(map[string]int{"free": 1, "team": 50})
		assert.Equal(t, map[string]int{"free": 1000, "team": 50_000}, limits(quotas))
	})
}

// run runs the go command in a folder, without a network and a workspace.
func run(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestToolLine_makesGoToolRunIt(t *testing.T) {
	t.Parallel()
	const dir = "testdata/tool"
	out, err := run(t, dir, "tool", "stamp", "v1")
	require.NoError(t, err, out)
	assert.Equal(t, "stamped v1\n", out)

	out, err = run(t, dir, "list", "tool")
	require.NoError(t, err, out)
	assert.True(t, strings.HasSuffix(out, "/cmd/stamp\n"), out)

	out, err = run(t, dir, "tool", "other")
	require.Error(t, err)
	assert.Contains(t, out, `"other"`, "there is a cmd/other, and no line for it")
}

// A folder that does not compile is no part of ./..., and still a package.
func TestIgnoreLine_keepsAFolderOutOfPatterns(t *testing.T) {
	t.Parallel()
	const dir = "testdata/tool"
	out, err := run(t, dir, "vet", "./...")
	require.NoError(t, err, out)
	out, err = run(t, dir, "vet", "./scratch")
	require.Error(t, err)
	assert.Contains(t, out, "scratch.go")

	// The same module without the line. (go.mod itself: -modfile leaves the
	// ignore lines of go.mod in force.)
	unignored := t.TempDir()
	require.NoError(t, os.CopyFS(unignored, os.DirFS(dir)))
	_, err = run(t, unignored, "mod", "edit", "-dropignore=./scratch")
	require.NoError(t, err)
	out, err = run(t, unignored, "vet", "./...")
	require.Error(t, err)
	assert.Contains(t, out, "scratch.go")
}

// Not a .go file: gofmt of Go 1.26 fails where it meets one.
func TestGenericMethods_comeWithGo127(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/genericmethods/main.go.txt")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), text, 0o600))
	releases := build.Default.ReleaseTags
	mod := "module genericmethods\n\ngo " + strings.TrimPrefix(releases[len(releases)-1], "go") + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600))

	out, err := run(t, dir, "run", ".")
	if slices.Contains(releases, "go1.27") {
		require.NoError(t, err, out)
		assert.Equal(t, "[1st 2nd]\n", out)
		return
	}
	require.Error(t, err)
	assert.Contains(t, out, "method must have no type parameters")
}
