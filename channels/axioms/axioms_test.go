package axioms

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

var update = flag.Bool("update", false, "write the table of README.md")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The states of a channel, in the order of the table's columns.
var states = []struct {
	name string
	make func() chan int
}{
	{"nil", func() chan int { return nil }},
	{"open, no buffer", func() chan int { return make(chan int) }},
	{"open, empty", func() chan int { return make(chan int, 2) }},
	{"open, with a value", func() chan int { return holding(1) }},
	{"open, full", func() chan int { return holding(2) }},
	{"closed, empty", func() chan int { return closed(holding(0)) }},
	{"closed, with a value left", func() chan int { return closed(holding(1)) }},
}

func holding(n int) chan int {
	c := make(chan int, 2)
	for range n {
		c <- 7
	}
	return c
}

func closed(c chan int) chan int { close(c); return c }

// The operations, in the order of the table's rows. Each notes what came of it,
// step by step. want has a cell for each state.
var operations = []struct {
	name string
	do   func(c chan int, note func(string))
	want []string
}{
	{
		"`c <- 7`", send,
		[]string{"blocks for ever", "blocks", "sent", "sent", "blocks", "panics", "panics"},
	},
	{
		"`v, ok := <-c`", receive,
		[]string{"blocks for ever", "blocks", "blocks", "7, true", "7, true", "0, false", "7, true"},
	},
	{
		"`for v := range c`", receiveAll,
		[]string{"blocks for ever", "blocks", "blocks", "7, then blocks", "7, then 7, then blocks", "ends", "7, then ends"},
	},
	{
		"`close(c)`", func(c chan int, note func(string)) { close(c); note("closes") },
		[]string{"panics", "closes", "closes", "closes", "closes", "panics", "panics"},
	},
	{
		"`len(c)`", func(c chan int, note func(string)) { note(fmt.Sprint(len(c))) },
		[]string{"0", "0", "0", "1", "2", "0", "1"},
	},
	{
		"`cap(c)`", func(c chan int, note func(string)) { note(fmt.Sprint(cap(c))) },
		[]string{"0", "0", "2", "2", "2", "2", "2"},
	},
	{
		"`select { case c <- 7: default: }`", func(c chan int, note func(string)) {
			select {
			case c <- 7:
				note("sent")
			default:
				note("default")
			}
		},
		[]string{"default", "default", "sent", "sent", "default", "panics", "panics"},
	},
	{
		"`select { case v, ok := <-c: default: }`", func(c chan int, note func(string)) {
			select {
			case v, ok := <-c:
				note(fmt.Sprintf("%d, %t", v, ok))
			default:
				note("default")
			}
		},
		[]string{"default", "default", "default", "7, true", "7, true", "0, false", "7, true"},
	},
}

func send(c chan int, note func(string)) {
	c <- 7
	note("sent")
}

func receive(c chan int, note func(string)) {
	v, ok := <-c
	note(fmt.Sprintf("%d, %t", v, ok))
}

func receiveAll(c chan int, note func(string)) {
	for v := range c {
		note(fmt.Sprint(v))
	}
	note("ends")
}

// An observed operation runs on a goroutine of its own, in a bubble.
type observed struct {
	steps []string
	ended bool
}

func observe(c chan int, do func(c chan int, note func(string))) *observed {
	o := new(observed)
	note := func(step string) { o.steps = append(o.steps, step) }
	go func() {
		defer func() {
			o.ended = true
			p := recover()
			if p == nil {
				return
			}
			if _, ok := p.(runtime.Error); ok {
				note("panics")
				return
			}
			panic(p)
		}()
		do(c, note)
	}()
	synctest.Wait()
	return o
}

// String says what was observed until now, when all goroutines wait or have
// ended.
func (o *observed) String() string {
	if o.ended {
		return strings.Join(o.steps, ", then ")
	}
	return strings.Join(append(o.steps, "blocks"), ", then ")
}

func TestAxioms_table(t *testing.T) {
	rows := make([][]string, len(operations))
	for i, op := range operations {
		require.Len(t, op.want, len(states))
		rows[i] = make([]string, len(states))
	}

	// What blocks for ever has no end in this process either. In a child the
	// bubble says that no goroutine can go on.
	for i, op := range operations {
		for j, state := range states {
			if op.want[j] != "blocks for ever" {
				continue
			}
			report := detect.Run(t, detect.Synctest, func() { op.do(state.make(), func(string) {}) })
			assert.Equal(t, detect.Caught, report.State, "%s, %s: %s", op.name, state.name, report.Text)
			rows[i][j] = "blocks for ever"
		}
	}

	for i, op := range operations {
		for j, state := range states {
			if rows[i][j] != "" {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				c := state.make()
				o := observe(c, op.do)
				rows[i][j] = o.String()
				assert.Equal(t, op.want[j], rows[i][j], "%s, %s", op.name, state.name)
				if !o.ended { // let it go
					select {
					case <-c:
					default:
						close(c)
					}
				}
			})
		}
	}
	compare(t, "README.md", table(rows))
}

// table is in Markdown.
func table(rows [][]string) string {
	var b strings.Builder
	b.WriteString("| |")
	for _, state := range states {
		fmt.Fprintf(&b, " %s |", state.name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(states)) + "\n")
	for i, op := range operations {
		fmt.Fprintf(&b, "| %s | %s |\n", op.name, strings.Join(rows[i], " | "))
	}
	return b.String()
}

// compare fails if file has another text than want between its marks, unless
// it may write it there.
func compare(t *testing.T, file, want string) {
	t.Helper()
	const from, to = "<!-- axioms: written by go generate -->\n", "<!-- /axioms -->\n"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(text), from)
	require.True(t, found, "no %s in %s", from, file)
	got, tail, found := strings.Cut(rest, to)
	require.True(t, found, "no %s in %s", to, file)
	if !*update {
		assert.Equal(t, want, got, "%s says something else than this run: go generate ./axioms writes it anew", file)
		return
	}
	if t.Failed() {
		return // what was not expected is not written down
	}
	require.NoError(t, os.WriteFile(file, []byte(head+from+want+to+tail), 0o644))
}

func TestAxioms_whatEndsABlockedOperation(t *testing.T) {
	t.Parallel()
	received := func(c chan int) { <-c }
	sent := func(c chan int) { c <- 8 }
	closes := func(c chan int) { close(c) }
	for name, x := range map[string]struct {
		c    func() chan int
		do   func(chan int, func(string))
		then func(chan int)
		want string
	}{
		"send without a buffer, receive": {func() chan int { return make(chan int) }, send, received, "sent"},
		"send without a buffer, close":   {func() chan int { return make(chan int) }, send, closes, "panics"},
		"send to a full one, receive":    {func() chan int { return holding(2) }, send, received, "sent"},
		"send to a full one, close":      {func() chan int { return holding(2) }, send, closes, "panics"},
		"receive, send":                  {func() chan int { return make(chan int) }, receive, sent, "8, true"},
		"receive, close":                 {func() chan int { return make(chan int) }, receive, closes, "0, false"},
		"range, close":                   {func() chan int { return holding(1) }, receiveAll, closes, "7, then ends"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := x.c()
				o := observe(c, x.do)
				require.False(t, o.ended)
				x.then(c)
				synctest.Wait()
				require.True(t, o.ended)
				assert.Equal(t, x.want, o.String())
			})
		})
	}
}

// len tells of the buffer, not of who waits.
func TestAxioms_lenDoesNotCountWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		o := observe(c, send)
		assert.False(t, o.ended)
		assert.Empty(t, c)
		<-c
	})
}

// The direction of a channel type is checked by the compiler; who holds one end
// cannot do what belongs to the other.
func TestCompiler_refusesTheOtherEnd(t *testing.T) {
	t.Parallel()
	for statement, accepted := range map[string]bool{
		"func f(c <-chan int) { close(c) }":          false,
		"func f(c <-chan int) { c <- 7 }":            false,
		"func f(c <-chan int) { for range c {} }":    true,
		"func f(c <-chan int) { _ = len(c)+cap(c) }": true,
		"func f(c chan<- int) { <-c }":               false,
		"func f(c chan<- int) { for range c {} }":    false,
		"func f(c chan<- int) { close(c) }":          true,
		"func f(c <-chan int) { _ = (chan int)(c) }": false,
		"func f(c chan int) { _ = (<-chan int)(c) }": true,
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", "package p; "+statement, 0)
		require.NoError(t, err)
		var config types.Config
		_, err = config.Check("p", fset, []*ast.File{file}, nil)
		assert.Equal(t, accepted, err == nil, "%s: %v", statement, err)
	}
}

func TestBroker_Publish(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Broker
		close(b.Subscribe())
		b.Publish("hello")
	})
}

// The near-miss: who just receives no more harms nobody, until the buffer is
// full.
func TestBroker_Publish_open(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Broker
		c := b.Subscribe()
		b.Publish("hello")
		assert.Len(t, c, 1)
	})
}

var errTimeout = errors.New("timeout")

func TestCloseOfClosed(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_ = CloseOfClosed([]string{"a"}, func(string) error { return errTimeout }, make(chan string, 1))
	})
}

// The near-miss: while no part fails, only the defer closes.
func TestCloseOfClosed_noFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		progress := make(chan string, 2)
		require.NoError(t, CloseOfClosed([]string{"a", "b"}, func(string) error { return nil }, progress))
		var got []string
		for part := range progress {
			got = append(got, part)
		}
		assert.Equal(t, []string{"a", "b"}, got)
	})
}

func TestWatcher_Stop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { new(Watcher).Stop() })
}

// The near-miss: after Start there is something to close.
func TestWatcher_Stop_afterStart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var w Watcher
		ended := make(chan struct{})
		w.Start(func(quit <-chan struct{}) {
			<-quit
			close(ended)
		})
		w.Stop()
		<-ended
	})
}

func TestServer_Wait(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &Server{addr: "localhost:80"}
		s.Listen()
		s.Wait()
		assert.Fail(t, "it returned")
	})
}

// The near-miss: the same with the constructor.
func TestServer_Wait_constructed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewServer("localhost:80")
		s.Listen()
		s.Wait()
		assert.Equal(t, "localhost:80", s.addr)
	})
}

func TestMetrics_Report(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var m Metrics
		for i := range 100 {
			m.Report(i)
		}
		assert.Equal(t, 100, m.Dropped)
	})
}

// The near-miss: a channel that was made takes what it has room for.
func TestMetrics_Report_made(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := Metrics{samples: make(chan int, 8)}
		for i := range 10 {
			m.Report(i)
		}
		assert.Len(t, m.samples, 8)
		assert.Equal(t, 2, m.Dropped)
	})
}
