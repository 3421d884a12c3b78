package detect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// mission is the order of this process if it is a child. It leaves the
// environment at once, so that processes which the scenario starts have none.
var mission = func() *order {
	dir := os.Getenv(childEnv)
	if dir == "" {
		return nil
	}
	_ = os.Unsetenv(childEnv)
	text, err := os.ReadFile(filepath.Join(dir, fileOrder))
	if err != nil {
		fmt.Fprintln(os.Stderr, "detect: a child without its order:", err)
		os.Exit(2)
	}
	o := &order{dir: dir}
	if err := json.Unmarshal(text, o); err != nil {
		fmt.Fprintln(os.Stderr, "detect: a child cannot read its order:", err)
		os.Exit(2)
	}
	watchParent()
	return o
}()

// carryOut runs the scenario under the ordered look and exits.
func (o *order) carryOut(t testing.TB, scenario func()) {
	if t.Failed() {
		os.Exit(1) // in the test's own set-up; the parent shows what it printed
	}
	crash, err := os.Create(o.path(fileCrash))
	if err == nil {
		err = debug.SetCrashOutput(crash, debug.CrashOptions{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "detect: no crash output:", err)
		os.Exit(1)
	}
	watched := func() {
		defer func() {
			switch {
			case failed(t):
				o.write(fileFailed, "failed an assertion")
			case t.Skipped():
				o.write(fileFailed, "skipped its test")
			}
		}()
		scenario()
	}
	switch o.Look {
	case watch:
		o.watch(watched)
	case profile:
		o.profile(watched)
	case bubble:
		o.bubble(t, watched)
	}
	os.Exit(0)
}

func (o *order) watch(scenario func()) {
	disturb := o.disturbers()
	ignore := goleak.IgnoreCurrent()
	o.began()
	disturb()
	await(start(scenario))
	o.write(fileReturned, "")
	o.write(fileFinding, leftovers(ignore))
}

// busy marks a goroutine that may still end by itself.
var busy = regexp.MustCompile(`in state (running|runnable|syscall|copystack|preempted)`)

// leftovers waits, as goleak does, for the scenario's goroutines to end. One
// that is still running gets two more rounds: on a loaded machine it may only
// be late.
func leftovers(ignore goleak.Option) string {
	for round := 0; ; round++ {
		err := goleak.Find(ignore)
		if err == nil {
			return ""
		}
		if round == 2 || !busy.MatchString(err.Error()) {
			return err.Error()
		}
	}
}

func (o *order) profile(scenario func()) {
	const looks = 10
	disturb := o.disturbers()
	p := pprof.Lookup(leakProfileName)
	before, _ := leaked(p)
	others := goroutines()
	o.began()
	disturb()
	o.untilOverOrAsked(start(scenario))
	for i := range looks {
		if !anyBeside(others) {
			break // nothing left that could have leaked
		}
		// A stale reference in a register or on a stack hides a leak from one
		// collection and not from the next.
		time.Sleep(time.Duration(i+1) * 5 * time.Millisecond)
		if n, text := leaked(p); n > before {
			o.write(fileFinding, text)
			return
		}
	}
	o.write(fileFinding, "")
}

// goroutines returns the numbers of all goroutines. How many there are would
// not do: one may leak while another ends.
func goroutines() map[string]bool {
	stacks := make([]byte, 64<<10)
	n := runtime.Stack(stacks, true)
	for n == len(stacks) {
		stacks = make([]byte, 2*n)
		n = runtime.Stack(stacks, true)
	}
	ids := map[string]bool{}
	for _, m := range goroutineHead.FindAllSubmatch(stacks[:n], -1) {
		ids[string(m[1])] = true
	}
	return ids
}

var goroutineHead = regexp.MustCompile(`(?m)^goroutine (\d+) `)

// anyBeside reports whether a goroutine is alive that was not among the others.
func anyBeside(others map[string]bool) bool {
	for id := range goroutines() {
		if !others[id] {
			return true
		}
	}
	return false
}

// untilOverOrAsked waits for the scenario, or for the parent to say that its
// limit has passed. Only the parent judges limits, for it knows how much of
// the CPU the child was given.
func (o *order) untilOverOrAsked(over <-chan bool) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case normal := <-over:
			settle(normal)
			o.write(fileReturned, "")
			return
		case <-t.C:
			if exists(o.path(fileLook)) {
				return
			}
		}
	}
}

const leakProfileName = "goroutineleak"

// leaked takes the profile, which runs a garbage collection.
func leaked(p *pprof.Profile) (n int, text string) {
	var b strings.Builder
	if err := p.WriteTo(&b, 1); err != nil {
		return 0, ""
	}
	head, _, _ := strings.Cut(b.String(), "\n")
	_, total, _ := strings.Cut(head, "total ")
	n, _ = strconv.Atoi(strings.TrimSpace(total))
	return n, b.String()
}

// afterglow is how much of the bubble's time the scenario's goroutines get to
// end by themselves, about as much as goleak gives them. Without it a bubble
// calls every goroutine a leak that sleeps when the scenario returns: its
// clock stops there.
const afterglow = 500 * time.Millisecond

func (o *order) bubble(t testing.TB, scenario func()) {
	finding := ""
	defer func() {
		v := recover()
		if text := fmt.Sprint(v); strings.HasPrefix(text, "deadlock: ") {
			finding = text
		} else if v != nil {
			panic(v)
		}
		o.write(fileFinding, finding)
		os.Exit(0) // before the test's own goroutine goes on
	}()
	disturb := o.disturbers()
	o.began()
	disturb()
	synctest.Test(realT(t), func(*testing.T) {
		defer func() {
			o.write(fileReturned, "")
			time.Sleep(afterglow)
		}()
		scenario()
	})
}

// disturbers makes the goroutines that a restless child has beside the
// scenario's, and returns what sets them off. Between short naps of others a
// goroutine that sleeps or wakes another meets a different order than alone:
// a lock taken again after 300 ns of sleep was lost to a rival in no run of
// sixty without, and in more than half of them with.
func (o *order) disturbers() (begin func()) {
	gate := make(chan struct{})
	if o.Restless {
		for i := range 4 {
			go doze(gate, time.Duration(i+1)*10*time.Microsecond)
		}
	}
	return func() { close(gate) }
}

func doze(gate <-chan struct{}, nap time.Duration) {
	<-gate
	for end := time.Now().Add(3 * time.Millisecond); time.Now().Before(end); {
		time.Sleep(nap)
	}
	<-never // lives on, for the scenario may count goroutines
}

// never is of the package, or the profile would call its receivers leaked.
var never = make(chan int)

// running keeps the scenario's end reachable: or else the goroutine that
// waits for it would itself be a leak to the profile.
var running chan bool

// start runs the scenario on a goroutine of its own, where a panic meets no
// recover of package testing. The channel tells whether it returned; if not,
// it ended in a panic or in runtime.Goexit.
func start(scenario func()) <-chan bool {
	running = make(chan bool, 1)
	go func() {
		normal := false
		defer func() { running <- normal }()
		scenario()
		normal = true
	}()
	return running
}

func await(over <-chan bool) { settle(<-over) }

// settle leaves a panicking process the time to die. Nobody can tell a panic
// from a Goexit (t.FailNow) without recovering it.
func settle(normal bool) {
	if !normal {
		time.Sleep(time.Second)
	}
}

// began tells the parent that the limit runs. Races of the test's own set-up
// are not the scenario's.
func (o *order) began() {
	size := 0
	if logs, _ := filepath.Glob(o.path(fileRace + ".*")); len(logs) > 0 {
		if info, err := os.Stat(logs[0]); err == nil {
			size = int(info.Size())
		}
	}
	fmt.Print("\n", scenarioBegins)
	o.write(fileBegan, strconv.Itoa(size))
}

func (o *order) path(name string) string { return filepath.Join(o.dir, name) }

func (o *order) write(name, text string) {
	// Written whole or not at all, for the parent reads while we write.
	tmp := o.path("." + name)
	if os.WriteFile(tmp, []byte(text), 0o600) == nil {
		_ = os.Rename(tmp, o.path(name))
	}
}

// failed is t.Failed without the races: under -race, t.Failed counts every
// report as a failure of the test, and a race is for its detector to judge.
func failed(t testing.TB) bool {
	_ = t.Skipped() // takes the lock that guards the field
	f := reflect.ValueOf(realT(t)).Elem().FieldByName("failed")
	if f.Kind() != reflect.Bool {
		return t.Failed() // package testing has changed: better too strict
	}
	return f.Bool()
}

func realT(t testing.TB) *testing.T {
	switch t := t.(type) {
	case *testing.T:
		return t
	case interface{ Real() *testing.T }: // the kit's own tests
		return t.Real()
	default:
		panic(fmt.Sprintf("detect: a %T is no test", t))
	}
}
