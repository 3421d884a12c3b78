package syncmap

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Both have loaded before one of them stores.
func TestTraffic_Serve(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var traffic Traffic
		var both sync.WaitGroup
		both.Add(2)
		parallel.Do(2, func(int) {
			traffic.Serve("/", func() int { both.Done(); both.Wait(); return 5 })
		})
		assert.Equal(t, 5, traffic.Sent("/"), "of ten")
	})
}

// The near-miss: one after the other, or on two paths.
func TestTraffic_Serve_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var traffic Traffic
		paths := []string{"/a", "/b"}
		parallel.Do(2, func(i int) {
			traffic.Serve(paths[i], func() int { return 5 })
			traffic.Serve(paths[i], func() int { return 7 })
		})
		assert.Equal(t, 12, traffic.Sent("/a"))
		assert.Equal(t, 12, traffic.Sent("/b"))
	})
}

// The first change is overtaken by another, and made again.
func TestUpdate_losesNoWrite(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, there := range []bool{true, false} {
			var m Map[string, int]
			if there {
				m.Store("/", 100)
			}
			var seen []int
			got := Update(&m, "/", func(old int) int {
				if seen = append(seen, old); len(seen) == 1 {
					m.Store("/", old+7)
				}
				return old + 5
			})
			assert.Equal(t, seen[0]+12, got)
			assert.Equal(t, []int{got - 12, got - 5}, seen)
			assert.Equal(t, map[string]int{"/": got}, maps.Collect(m.All()))
		}
	})
}

func TestUpdate_manyAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[string, int]
		paths := []string{"/a", "/b"}
		parallel.Do(8, func(i int) {
			for range 100 {
				Update(&m, paths[i%2], func(n int) int { return n + 1 })
			}
		})
		assert.Equal(t, map[string]int{"/a": 400, "/b": 400}, maps.Collect(m.All()))
	})
}

// Deleted between Load and CompareAndSwap: Update begins from zero.
func TestUpdate_ofAKeyThatIsDeleted(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[string, int]
		m.Store("/", 100)
		assert.Equal(t, 1, Update(&m, "/", func(old int) int {
			m.Delete("/")
			return old + 1
		}))
	})
}

func TestCompareAndSwap_onlyFromTheOldValue(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[string, int]
		assert.False(t, CompareAndSwap(&m, "a", 0, 1), "no value is not zero")
		m.Store("a", 1)
		assert.False(t, CompareAndSwap(&m, "a", 2, 3))
		swapped := make(chan bool, 2)
		parallel.Do(2, func(int) { swapped <- CompareAndSwap(&m, "a", 1, 2) })
		first, second := <-swapped, <-swapped
		assert.NotEqual(t, first, second, "one of them")
		v, _ := m.Load("a")
		assert.Equal(t, 2, v)
	})
}

func TestCompareAndSwap_refusesWhatHasNoEquality(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/uncomparable")
}

func TestClients_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		dialled := 0
		c := NewClients(func(string) *int { dialled++; return new(dialled) })
		first := c.Of("ada")
		assert.Same(t, first, c.Of("ada"))
		assert.Equal(t, 2, dialled, "clients for one tenant")
	})
}

// The near-miss: a tenant who asks once.
func TestClients_Of_once(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		dialled := 0
		c := NewClients(func(string) *int { dialled++; return new(dialled) })
		assert.NotSame(t, c.Of("ada"), c.Of("rob"))
		assert.Equal(t, 2, dialled)
	})
}

func TestCache_makesAValueOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Cache[int, *int]
		for key := range 100 {
			made := 0
			values := make(chan *int, 4)
			parallel.Do(4, func(int) {
				values <- c.Get(key, func(int) *int {
					made++ // a race, were it twice
					runtime.Gosched()
					return new(key)
				})
			})
			assert.Equal(t, 1, made)
			want := <-values
			for range 3 {
				assert.Same(t, want, <-values)
			}
		}
	})
}

// One value may be made of another.
func TestCache_holdsUpNoOtherKey(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Cache[int, int]
		var factorial func(n int) int
		factorial = func(n int) int {
			if n == 0 {
				return 1
			}
			return n * c.Get(n-1, factorial)
		}
		assert.Equal(t, 120, c.Get(5, factorial))
	})
}

func TestCache_tellsTheKey(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Cache[int, int]
		double := func(k int) int { return 2 * k }
		parallel.Do(8, func(i int) { assert.Equal(t, i/2*2, c.Get(i/2, double)) })
	})
}

func TestCache_keepsAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Cache[string, int]
		tries := 0
		for range 2 {
			assert.PanicsWithValue(t, "no route", func() {
				c.Get("a", func(string) int { tries++; panic("no route") })
			})
		}
		assert.Equal(t, 1, tries)
	})
}

func TestSessions_Touch(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var s Sessions
		s.Begin("1", "ada")
		parallel.Do(2, func(int) { s.Touch("1") })
	})
}

// The near-miss: two sessions, or none.
func TestSessions_Touch_twoSessions(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sessions
		s.Begin("0", "ada")
		s.Begin("1", "rob")
		parallel.Do(3, func(i int) { s.Touch(fmt.Sprint(i)) })
		value, _ := s.sessions.Load("1")
		assert.Equal(t, &Session{"rob", 1}, value)
	})
}

func TestSessions_Reset(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var s Sessions
		s.Begin("1", "ada")
		parallel.Do(2, func(int) { s.Reset() })
	})
}

// The near-miss: nobody has the map yet.
func TestSessions_Reset_before(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sessions
		s.Begin("1", "ada")
		s.Reset()
		parallel.Do(2, func(i int) { s.Begin(fmt.Sprint(2+i), "rob") })
		_, ok := s.sessions.Load("1")
		assert.False(t, ok)
	})
}

func TestReadings_Report(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var r Readings
		var reports []map[string]float64
		r.Set("roof", 11.5)
		r.Report(func(latest map[string]float64) {
			reports = append(reports, latest)
			r.Set("cellar", 8) // another goroutine's
		})
		r.Report(func(latest map[string]float64) { reports = append(reports, latest) })
		assert.Equal(t, []map[string]float64{{"roof": 11.5}, {}}, reports, "no cellar")
	})
}

// The near-miss: sensors that wait for the report.
func TestReadings_Report_afterwards(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Readings
		var reports []map[string]float64
		report := func() {
			r.Report(func(latest map[string]float64) { reports = append(reports, latest) })
		}
		r.Set("roof", 11.5)
		report()
		r.Set("cellar", 8)
		report()
		assert.Equal(t, []map[string]float64{{"roof": 11.5}, {"cellar": 8}}, reports)
	})
}

func TestMap_Drain_losesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[int, int]
		stored := make(chan struct{})
		var total int
		parallel.Do(2, func(i int) {
			if i == 0 {
				defer close(stored)
				for n := range 20_000 {
					Update(&m, n%7, func(old int) int { return old + 1 })
				}
				return
			}
			for done := false; !done; {
				select {
				case <-stored:
					done = true
				default:
				}
				for _, n := range m.Drain() {
					total += n
				}
			}
		})
		assert.Equal(t, 20_000, total)
		assert.Empty(t, maps.Collect(m.All()))
	})
}

func TestRoles_Grant(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var r Roles
		assert.True(t, r.Grant("ada", "reader"))
		r.Grant("ada", "writer")
	})
}

// The near-miss: each user's first role.
func TestRoles_Grant_first(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Roles
		users := []string{"ada", "rob"}
		parallel.Do(2, func(i int) { assert.True(t, r.Grant(users[i], "reader")) })
		value, _ := r.roles.Load("rob")
		assert.Equal(t, []string{"reader"}, value)
	})
}

func TestMap_doesWhatAMapDoes(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[string, int]
		v, ok := m.Load("a")
		assert.Zero(t, v)
		assert.False(t, ok)

		m.Store("a", 0)
		v, ok = m.Load("a")
		assert.Zero(t, v)
		assert.True(t, ok, "zero is a value")

		v, ok = m.LoadOrStore("a", 1)
		assert.Zero(t, v)
		assert.True(t, ok)
		v, ok = m.LoadOrStore("b", 2)
		assert.Equal(t, 2, v)
		assert.False(t, ok)
		assert.Equal(t, map[string]int{"a": 0, "b": 2}, maps.Collect(m.All()))

		v, ok = m.LoadAndDelete("b")
		assert.Equal(t, 2, v)
		assert.True(t, ok)
		_, ok = m.LoadAndDelete("b")
		assert.False(t, ok)
		m.Delete("b")
		m.Delete("a")
		assert.Empty(t, maps.Collect(m.All()))

		m.Store("c", 3)
		m.Clear()
		assert.Empty(t, maps.Collect(m.All()))
		m.Store("c", 4)
		assert.Equal(t, map[string]int{"c": 4}, m.Drain())
	})
}

// A nil interface is a value as well, and v.(error) panics on it.
func TestMap_keepsANilInterface(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[error, error]
		check := func(err error, ok bool) {
			assert.True(t, ok)
			assert.NoError(t, err)
		}
		m.Store(nil, nil)
		check(m.Load(nil))
		check(m.LoadOrStore(nil, errors.ErrUnsupported))
		assert.Equal(t, map[error]error{nil: nil}, maps.Collect(m.All()))
		check(m.LoadAndDelete(nil))
	})
}

// All reads each value when it gets there. What moves in front of it to behind
// it is missed, though the sum was 100 at all times.
func TestMap_All_isNoSnapshot(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var accounts Map[string, int]
		accounts.Store("a", 50)
		accounts.Store("b", 50)
		visited, sum := 0, 0
		for name, balance := range accounts.All() {
			sum += balance
			if visited++; visited == 1 {
				other := map[string]string{"a": "b", "b": "a"}[name]
				accounts.Store(name, 100)
				accounts.Store(other, 0)
			}
		}
		assert.Equal(t, 2, visited)
		assert.Equal(t, 50, sum)
	})
}

// Its body deletes and stores what it has visited, and another goroutine
// updates every key meanwhile.
func TestMap_All_visitsEachKeyOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const keys = 200
		var m Map[int, int]
		want := map[int]int{}
		for k := range keys {
			m.Store(k, 0)
			want[k] = 1
		}
		visited := map[int]int{}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for k := 0; ; k = (k + 1) % keys {
				select {
				case <-stop:
					return
				default:
					Update(&m, k, func(n int) int { return n + 1 })
				}
			}
		})
		for k := range m.All() {
			visited[k]++
			m.Delete(k)
			m.Store(k, 0)
		}
		close(stop)
		wg.Wait()
		assert.Equal(t, want, visited)
	})
}

func TestMap_All_stops(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Map[int, int]
		for k := range 100 {
			m.Store(k, k)
		}
		n := 0
		for k, v := range m.All() {
			assert.Equal(t, k, v)
			if n++; n == 3 {
				break
			}
		}
		assert.Equal(t, 3, n)
	})
}

func TestVet_refusesACopy(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}
