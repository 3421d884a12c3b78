//go:build unix

package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/ent"
	"example.com/goguide/web/store/gorm"
	"example.com/goguide/web/store/memory"
	"example.com/goguide/web/store/pgtest"
	"example.com/goguide/web/store/postgres"
	"example.com/goguide/web/store/sqlc"
	"example.com/goguide/web/store/sqlite"
)

const connections = 4

// A contender opens an empty store.
type contender struct {
	name string
	open func(b *testing.B) (store.Store, error)
}

// inFile opens a store in a file of its own.
func inFile[S store.Store](name string, open func(context.Context, string, int) (S, error)) contender {
	return contender{name, func(b *testing.B) (store.Store, error) {
		return open(b.Context(), filepath.Join(b.TempDir(), "users.db"), connections)
	}}
}

// The first is what the others are compared with.
var (
	inSQLite   = inFile("sqlite", sqlite.Open)
	inPostgres = contender{"postgres", func(b *testing.B) (store.Store, error) {
		url := pgtest.Start(b, "fsync=on").URL()
		return postgres.Open(b.Context(), pgtest.With(url, "pool_max_conns", fmt.Sprint(connections)))
	}}
	contenders = []contender{
		inSQLite,
		inFile("sqlc", sqlc.Open),
		inFile("gorm", gorm.Open),
		inFile("ent", ent.Open),
		inPostgres,
		{"memory", func(*testing.B) (store.Store, error) { return memory.New(), nil }},
	}
)

// filled is how many users there are.
const filled = 1000

// A call is what is measured, by so many goroutines. i is another one each time.
type call struct {
	name       string
	goroutines int
	do         func(ctx context.Context, s store.Store, ids []string, i int) error
}

var (
	update = call{"Update", 1, func(ctx context.Context, s store.Store, ids []string, i int) error {
		_, err := s.Update(ctx, ids[i%filled], api.Match{}, api.Patch{Name: new(fmt.Sprint(i))})
		return err
	}}
	create = call{"Create", 1, func(ctx context.Context, s store.Store, _ []string, _ int) error {
		name := api.NewID()
		_, err := s.Create(ctx, name, api.Draft{Name: name, Email: name + "@example.com"})
		return err
	}}
	get = call{"Get", 1, func(ctx context.Context, s store.Store, ids []string, i int) error {
		_, err := s.Get(ctx, ids[i%filled])
		return err
	}}
	calls = []call{
		get,
		{"Get/parallel", 8, get.do},
		{"List", 1, func(ctx context.Context, s store.Store, _ []string, _ int) error {
			_, err := s.List(ctx, "", api.DefaultLimit)
			return err
		}},
		update,
		{"Tx", 1, func(ctx context.Context, s store.Store, ids []string, i int) error {
			return s.Tx(ctx, func(users api.Users) error {
				for _, id := range ids[i%(filled-3) : i%(filled-3)+3] {
					if _, err := users.Update(ctx, id, api.Match{}, api.Patch{Name: new(fmt.Sprint(i))}); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		// At the end: there are more users after it, and more the faster it is.
		create,
		{"Create/parallel", 8, create.do},
	}
)

// BenchmarkStores measures each call on each store, as a ratio to package
// sqlite. The databases are in memory where there is a folder for that, so that
// what is compared is not the disk; each commit is synced there, too.
func BenchmarkStores(b *testing.B) {
	const memory = "/dev/shm"
	if _, err := os.Stat(memory); err == nil {
		b.Setenv("TMPDIR", memory)
	}
	compare(b, contenders, calls)
}

// BenchmarkDisk measures those that wait for the disk to have a commit, with
// databases in the folder for temporary files.
func BenchmarkDisk(b *testing.B) {
	compare(b, []contender{inSQLite, inPostgres}, []call{update, create})
}

// A run is a call on a store, so many times a turn.
type run struct {
	n         int
	turn      func(n int)
	wall, cpu []float64 // ns a call, by turn
	allocs    uint64    // by a call, in the last turn
	bytes     uint64
}

func compare(b *testing.B, contenders []contender, calls []call) {
	b.Helper()
	stores, ids := make([]store.Store, len(contenders)), make([][]string, len(contenders))
	for i, c := range contenders {
		var err error
		stores[i], err = c.open(b)
		require.NoError(b, err, c.name)
		defer func() { require.NoError(b, stores[i].Close()) }()
		ids[i] = fill(b, stores[i])
	}
	for _, c := range calls {
		runs := make([]*run, len(contenders))
		for i := range runs {
			runs[i] = calibrated(b, c.turns(b, stores[i], ids[i]))
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				for _, r := range runs {
					r.measure(b)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
		for i, r := range runs {
			if len(r.wall) > 0 { // unless -bench leaves the call out
				b.Run(c.name+"/"+contenders[i].name, func(b *testing.B) { r.report(b, runs[0]) })
			}
		}
	}
}

func fill(b *testing.B, s store.Store) []string {
	b.Helper()
	ids := make([]string, filled)
	require.NoError(b, s.Tx(b.Context(), func(users api.Users) error {
		for i := range ids {
			u, err := users.Create(b.Context(), "", api.Draft{Name: "Ann", Email: fmt.Sprint(i, "@example.com")})
			if err != nil {
				return err
			}
			ids[i] = u.ID
		}
		return nil
	}))
	return ids
}

// turns returns a function that makes n calls.
func (c call) turns(b *testing.B, s store.Store, ids []string) func(n int) {
	b.Helper()
	return func(n int) {
		var all sync.WaitGroup
		for g := range c.goroutines {
			all.Go(func() {
				for i := g; i < n; i += c.goroutines {
					if err := c.do(b.Context(), s, ids, i); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
}

// least is how much CPU time a turn takes: of other threads than the one that
// asks, Linux knows it to 4 ms.
const least = 25 * time.Millisecond

func calibrated(b *testing.B, turn func(n int)) *run {
	b.Helper()
	r := &run{n: 16, turn: turn}
	for {
		before := cpu(b)
		turn(r.n)
		if cpu(b)-before >= least || b.Failed() {
			return r
		}
		r.n *= 2
	}
}

func (r *run) measure(b *testing.B) {
	b.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, began := cpu(b), time.Now()
	r.turn(r.n)
	r.wall = append(r.wall, float64(time.Since(began))/float64(r.n))
	r.cpu = append(r.cpu, float64(cpu(b)-used)/float64(r.n))
	runtime.ReadMemStats(&after)
	r.allocs = (after.Mallocs - before.Mallocs) / uint64(r.n)      //nolint:gosec // it is positive
	r.bytes = (after.TotalAlloc - before.TotalAlloc) / uint64(r.n) //nolint:gosec // it is positive
}

// report gives the median of the turns. CPU time is that of this process, which
// PostgreSQL's server is not in.
func (r *run) report(b *testing.B, base *run) {
	b.Helper()
	b.ReportAllocs()
	wall, used := median(r.wall), median(r.cpu)
	b.ReportMetric(wall, "ns/op")
	b.ReportMetric(wall/median(base.wall), "x-sqlite")
	b.ReportMetric(used, "cpu-ns/op")
	b.ReportMetric(used/median(base.cpu), "cpu-x-sqlite")
	b.ReportMetric(float64(r.allocs), "allocs/op")
	b.ReportMetric(float64(r.bytes), "B/op")
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// cpu returns the CPU time of this process.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
