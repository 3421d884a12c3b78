package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/memory"
	"example.com/goguide/web/store/pgtest"
	"example.com/goguide/web/store/postgres"
	"example.com/goguide/web/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const connections = "4"

// stores open an empty store each. The first is what the others are compared
// with. All that write to a disk wait for it.
var stores = []struct {
	name string
	open func(b *testing.B) (store.Store, error)
}{
	{"sqlite", func(b *testing.B) (store.Store, error) {
		return sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "users.db"), 4)
	}},
	{"memory", func(*testing.B) (store.Store, error) { return memory.New(), nil }},
	{"postgres", func(b *testing.B) (store.Store, error) {
		url := pgtest.Start(b, "fsync=on").URL()
		return postgres.Open(b.Context(), pgtest.With(url, "pool_max_conns", connections))
	}},
}

// filled is how many users there are.
const filled = 1000

// calls are what is measured. i is another one each time.
var calls = []struct {
	name     string
	parallel bool
	call     func(ctx context.Context, s store.Store, ids []string, i int) error
}{
	{"Get", false, get},
	{"Get_parallel", true, get},
	{"List", false, func(ctx context.Context, s store.Store, _ []string, _ int) error {
		_, err := s.List(ctx, "", api.DefaultLimit)
		return err
	}},
	{"Update", false, func(ctx context.Context, s store.Store, ids []string, i int) error {
		_, err := s.Update(ctx, ids[i%filled], api.Match{}, api.Patch{Name: new(fmt.Sprint(i))})
		return err
	}},
	{"Tx", false, func(ctx context.Context, s store.Store, ids []string, i int) error {
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
	{"Create", false, create},
	{"Create_parallel", true, create},
}

func get(ctx context.Context, s store.Store, ids []string, i int) error {
	_, err := s.Get(ctx, ids[i%filled])
	return err
}

func create(ctx context.Context, s store.Store, _ []string, _ int) error {
	name := api.NewID()
	_, err := s.Create(ctx, name, api.Draft{Name: name, Email: name + "@example.com"})
	return err
}

// BenchmarkStores tells of each call how long it takes, and how much longer than
// with SQLite.
func BenchmarkStores(b *testing.B) {
	base := make(map[string]float64)
	for _, in := range stores {
		b.Run(in.name, func(b *testing.B) {
			s, err := in.open(b)
			require.NoError(b, err)
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
			for _, c := range calls {
				b.Run(c.name, func(b *testing.B) {
					measure(b, c.parallel, func(i int) error { return c.call(b.Context(), s, ids, i) })
					took := float64(b.Elapsed()) / float64(b.N)
					if in.name == stores[0].name {
						base[c.name] = took
					}
					if base[c.name] > 0 {
						b.ReportMetric(took/base[c.name], "x-sqlite")
					}
				})
			}
			require.NoError(b, s.Close())
		})
	}
}

func measure(b *testing.B, parallel bool, call func(i int) error) {
	if !parallel {
		for i := 0; b.Loop(); i++ {
			require.NoError(b, call(i))
		}
		return
	}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if err := call(i); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
