package pool

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken pipe")

// rounds are enough: one P has one place to look, so what is put is what the
// next Get returns, but for the collector, and for -race, under which Put drops
// one in four. In none of 25 rounds, that is once in 4^25.
const rounds = 25

// onOneP runs a round again and again on one P. Only a child of its own may
// change that.
func onOneP(round func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range rounds {
		round()
	}
}

// Two greetings, one after the other, and then two at once.
func TestGreeting(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		overwritten := 0
		onOneP(func() {
			ada := Greeting("ada")
			_ = Greeting("rob")
			if string(ada) == "Hello, rob!" {
				overwritten++
			}
			var wg sync.WaitGroup
			ada = Greeting("ada")
			wg.Go(func() { _ = Greeting("rob") })
			_, _ = io.Discard.Write(bytes.Clone(ada))
			wg.Wait()
		})
		assert.NotZero(t, overwritten)
	})
}

// The near-miss: what is copied before the next greeting is the caller's.
func TestGreeting_copied(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		onOneP(func() {
			ada := string(Greeting("ada"))
			_ = Greeting("rob")
			assert.Equal(t, "Hello, ada!", ada)
		})
	})
}

func TestHandle(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		admins := 0
		onOneP(func() {
			require.NoError(t, Handle([]byte(`{"User": "ada", "Admin": true}`), func(Grant) {}))
			require.NoError(t, Handle([]byte(`{"User": "rob"}`), func(g Grant) {
				assert.Equal(t, "rob", g.User)
				if g.Admin {
					admins++
				}
			}))
		})
		assert.NotZero(t, admins)
	})
}

// The near-miss: each request names every field.
func TestHandle_everyField(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		onOneP(func() {
			for _, want := range []Grant{{"ada", true}, {"rob", false}} {
				request := map[bool]string{
					true:  `{"User": "ada", "Admin": true}`,
					false: `{"User": "rob", "Admin": false}`,
				}[want.Admin]
				require.NoError(t, Handle([]byte(request), func(got Grant) { assert.Equal(t, want, got) }))
			}
		})
	})
}

func TestReports_Write(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var r Reports
		large := 0
		onOneP(func() {
			require.NoError(t, r.Write(io.Discard, func(buf *bytes.Buffer) { buf.Grow(256 << 10) }))
			require.NoError(t, r.Write(io.Discard, func(buf *bytes.Buffer) {
				if buf.Cap() >= 256<<10 {
					large++
				}
			}))
		})
		assert.NotZero(t, large, "buffers of 256 KiB for a report of nothing")
	})
}

// The near-miss: reports that are all of one size.
func TestReports_Write_ofOneSize(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var r Reports
		onOneP(func() {
			require.NoError(t, r.Write(io.Discard, func(buf *bytes.Buffer) {
				buf.WriteString("report")
				assert.LessOrEqual(t, buf.Cap(), MaxKept)
			}))
		})
	})
}

// A letter fails, and the next two lie in one buffer.
func TestLetters_Write(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var l Letters
		mixedUp := 0
		onOneP(func() {
			require.ErrorIs(t, l.Write(io.Discard, func(*bytes.Buffer) error { return ErrRefused }), ErrRefused)
			var written, wg sync.WaitGroup
			written.Add(2)
			var sent [2]strings.Builder
			for i, name := range []string{"ada", "rob"} {
				wg.Go(func() {
					_ = l.Write(&sent[i], func(buf *bytes.Buffer) error {
						buf.WriteString(name)
						written.Done()
						written.Wait()
						return nil
					})
				})
			}
			wg.Wait()
			if sent[0].String() != "ada" || sent[1].String() != "rob" {
				mixedUp++
			}
		})
		assert.NotZero(t, mixedUp)
	})
}

// The near-miss: as long as none fails, each has a buffer of its own.
func TestLetters_Write_noneFails(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var l Letters
		onOneP(func() {
			var sent strings.Builder
			require.NoError(t, l.Write(&sent, func(buf *bytes.Buffer) error { buf.WriteString("ada"); return nil }))
			assert.Equal(t, "ada", sent.String())
		})
	})
}

// onlyReader has no WriteTo, which would do without the chunk.
type onlyReader struct{ io.Reader }

// onlyWriter has no ReadFrom.
type onlyWriter struct{ io.Writer }

// Not parallel: AllocsPerRun refuses that.
func TestChunks_Copy(t *testing.T) {
	detect.Bug(t, func() {
		var c Chunks
		data := strings.NewReader("")
		r, w := onlyReader{data}, &onlyWriter{io.Discard}
		copyAll := func() { assert.NoError(t, c.Copy(w, r)) }
		assert.GreaterOrEqual(t, testing.AllocsPerRun(rounds, copyAll), 1.0)
	})
}

// It copies what it is given, all the same.
func TestChunks_Copy_copies(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Chunks
		var got strings.Builder
		data := strings.Repeat("a", 10_000)
		require.NoError(t, c.Copy(onlyWriter{&got}, onlyReader{strings.NewReader(data)}))
		assert.Equal(t, data, got.String())
	})
}

func TestBuffers_givesAnEmptyBuffer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Buffers
		reused := 0
		var before *bytes.Buffer
		onOneP(func() {
			buf := b.Get()
			assert.Zero(t, buf.Len())
			if buf == before {
				reused++
			}
			before = buf
			buf.WriteString("secret")
			b.Put(buf)
		})
		assert.NotZero(t, reused, "or it is no pool")
	})
}

func TestBuffers_keepsNoneThatIsLarge(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Buffers
		kept := 0
		onOneP(func() {
			for _, size := range []int{MaxKept, MaxKept + 1} {
				b.Put(bytes.NewBuffer(make([]byte, 0, size)))
				got := b.Get()
				assert.LessOrEqual(t, got.Cap(), MaxKept)
				if got.Cap() == MaxKept {
					kept++
				}
			}
		})
		assert.NotZero(t, kept)
	})
}

// Under -race one Put in four is dropped, and with it two allocations: half a
// one each time, rounded down. In few runs it might be one.
func TestBuffers_allocateNothingOnceTheyAreWarm(t *testing.T) {
	detect.Fix(t, func() {
		var b Buffers
		assert.Zero(t, testing.AllocsPerRun(1000, func() {
			buf := b.Get()
			buf.WriteString("page")
			b.Put(buf)
		}))
	})
}

func TestBuffers_Render_writesAllOrNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Buffers
		onOneP(func() {
			var got strings.Builder
			fill := func(buf *bytes.Buffer) error { buf.WriteString("page"); return nil }
			require.NoError(t, b.Render(&got, fill))
			assert.Equal(t, "page", got.String())

			err := b.Render(&got, func(buf *bytes.Buffer) error { buf.WriteString("half"); return ErrRefused })
			require.ErrorIs(t, err, ErrRefused)
			assert.Equal(t, "page", got.String(), "and no half of another")

			r, w := io.Pipe()
			require.NoError(t, r.CloseWithError(errBroken))
			require.ErrorIs(t, b.Render(w, fill), errBroken)
		})
	})
}

// One panics and keeps its buffer; the next ones must not get it.
func TestBuffers_Render_dropsTheBufferOfAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Buffers
		onOneP(func() {
			var kept *bytes.Buffer
			assert.Panics(t, func() {
				_ = b.Render(io.Discard, func(buf *bytes.Buffer) error { kept = buf; panic("nil map") })
			})
			require.NoError(t, b.Render(io.Discard, func(buf *bytes.Buffer) error {
				assert.NotSame(t, kept, buf)
				return nil
			}))
		})
	})
}

func TestBuffers_eachHasItsOwn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Buffers
		var wg sync.WaitGroup
		for _, name := range []string{"ada", "rob", "sue", "tom"} {
			wg.Go(func() {
				for range 100 {
					var got strings.Builder
					assert.NoError(t, b.Render(&got, func(buf *bytes.Buffer) error {
						buf.WriteString(name)
						runtime.Gosched()
						return nil
					}))
					assert.Equal(t, name, got.String())
				}
			})
		}
		wg.Wait()
	})
}
