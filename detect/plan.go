package detect

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A look is what one child does with the scenario. Three looks feed all
// detectors: race reports count from every child, the ends of a process from
// every child that ran in real time.
type look string

const (
	// watch waits for the scenario and then asks goleak. Until the scenario
	// returns it starts no timer and no thread, or the runtime's deadlock
	// report would never come.
	watch   look = "watch"
	profile look = "leakprofile"
	// bubble runs on a fake clock, so its ends are not held against the
	// scenario: a date in the year 2000 or a channel from outside the bubble
	// ends it in ways that no program outside does.
	bubble look = "synctest"
)

func lookOf(d Detector) look {
	switch d {
	case LeakProfile:
		return profile
	case Synctest:
		return bubble
	default:
		return watch
	}
}

// feeds says in whose words a look is known to people.
func (l look) feeds() string {
	if l == watch {
		return "race, goleak and the ends"
	}
	return string(l)
}

// A plan is one call of Bug, Fix or Run in the parent.
type plan struct {
	t testing.TB
	setup
	order order
	state *calls
}

// calls counts what one test asked of the kit. Parent and child count alike,
// which is how a child knows the call that it was started for.
type calls struct {
	n       int
	bug     bool
	earlier []Report // what Run returned, for children of later calls
	replay  int
}

// tests is keyed by t.Context(), which belongs to one run of one test.
var tests struct {
	sync.Mutex
	m map[context.Context]*calls
}

func callsOf(t testing.TB) *calls {
	key := t.Context()
	tests.Lock()
	defer tests.Unlock()
	if c := tests.m[key]; c != nil {
		return c
	}
	if tests.m == nil {
		tests.m = map[context.Context]*calls{}
	}
	c := new(calls)
	tests.m[key] = c
	t.Cleanup(func() {
		tests.Lock()
		defer tests.Unlock()
		delete(tests.m, key)
	})
	return c
}

// begin returns the plan of this call. In a child it runs the scenario and
// never returns if this is the call that the child was started for; else it
// returns nil and the report that the call had in the parent.
func begin(t testing.TB, verb string, scenario func(), opts []Option) (*plan, Report) {
	t.Helper()
	if scenario == nil {
		t.Fatalf("detect: %s was given no scenario (nil)", verb)
	}
	c := callsOf(t)
	n := c.n
	c.n++
	if verb == "Bug" {
		if c.bug {
			t.Fatal("detect: Bug called twice in one test: a note belongs to one declaration; " +
				"give each variant a test or a t.Run of its own, as TestX_variant")
		}
		c.bug = true
	}
	if mission != nil {
		if mission.Test == t.Name() && mission.Call == n {
			mission.carryOut(t, scenario) // never returns
		}
		if verb == "Run" && c.replay < len(mission.Earlier) {
			c.replay++
			return nil, mission.Earlier[c.replay-1]
		}
		return nil, Report{}
	}
	p := &plan{t: t, state: c}
	p.limit, p.after = DefaultLimit, afterLimit
	p.without = map[Detector]string{}
	for _, o := range opts {
		o(&p.setup)
	}
	if p.limit <= 0 {
		t.Fatalf("detect: Within(%v): a limit is a positive duration", p.limit)
	}
	for d := range p.without {
		if !slices.Contains(Detectors(), d) {
			t.Fatalf("detect: Without: %s", unknown(string(d)))
		}
	}
	p.order = order{Test: t.Name(), Call: n, Earlier: c.earlier}
	return p, Report{}
}

// open says why this build, this machine or the caller keeps a detector from
// looking; "" if it can look.
func (p *plan) open(d Detector) string {
	if why, ok := p.without[d]; ok {
		return why
	}
	return openHere(d)
}

// procs varies GOMAXPROCS from run to run: one P serialises, many reorder.
func procs(run int) int {
	mine := runtime.GOMAXPROCS(0)
	return []int{mine, 1, 8, 2, 4, mine}[run%6]
}

// restless says which runs have disturbers beside the scenario: each second
// one, and of two runs under the same GOMAXPROCS one.
func restless(run int) bool { return (run+run/6)%2 == 1 }

// sideBySide runs n children of one look at once; first is the number of runs
// that came before them.
func (p *plan) sideBySide(l look, n, first int) []outcome {
	seen := make([]outcome, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { seen[i] = p.child(l, first+i) })
	}
	wg.Wait()
	return seen
}

// judge reads one detector's verdict from the children that could have given it.
func (p *plan) judge(d Detector, seen []outcome) Report {
	r := Report{Detector: d, State: Silent}
	if why := p.open(d); why != "" {
		r.State, r.Text = Open, why
	}
	for _, o := range seen {
		if !o.counts(d) {
			continue
		}
		text, caught := o.verdict(d)
		if r.State == Open && !caught {
			continue
		}
		r.Runs++
		r.Wall += o.wall
		r.CPU += o.cpu
		switch {
		case r.State == Caught:
		case caught:
			// What a process died of is a fact, also where the detector
			// could not be relied on to see it.
			r.State, r.End, r.Text = Caught, o.end, text
		case o.err != nil:
			r.State, r.Text = Open, o.err.Error()
		default:
			r.End, r.Text = o.end, text
			if text == "" && o.failed != "" {
				r.Text = "the scenario " + o.failed
			}
		}
	}
	return r
}

// counts reports whether a detector could have seen something in this child.
func (o outcome) counts(d Detector) bool {
	switch d {
	case Race:
		return true
	case LeakProfile, Synctest, Goleak:
		return o.look == lookOf(d)
	default:
		return o.look != bubble
	}
}

// verdict is what one child tells about one detector: the report, or the
// reason why there was nothing to look at.
func (o outcome) verdict(d Detector) (text string, caught bool) {
	ended := func(ends ...End) (string, bool) {
		if slices.Contains(ends, o.end) {
			return o.crash, true
		}
		return "", false
	}
	switch d {
	case Race:
		return o.race, o.race != ""
	case Panic:
		return ended(Panicked)
	case Fatal:
		return ended(Crashed)
	case Deadlock:
		return ended(Deadlocked)
	case Hang:
		return ended(TimedOut, Deadlocked)
	case Goleak, LeakProfile, Synctest:
		if o.finding != "" {
			return o.finding, true
		}
		if !o.looked {
			return "never got to look: " + o.why, false
		}
	}
	return "", false
}

// broken returns the error of the first child that could not do its work.
func broken(seen []outcome) error {
	for _, o := range seen {
		if o.err != nil {
			return o.err
		}
	}
	return nil
}

func run(t testing.TB, d Detector, scenario func(), opts []Option) Report {
	t.Helper()
	p, earlier := begin(t, "Run", scenario, opts)
	if p == nil {
		return earlier
	}
	r := p.cell(d)
	p.state.earlier = append(p.state.earlier, r)
	return r
}

// leastRuns is how often a silent detector is asked, however slow this machine
// is: once under each GOMAXPROCS of procs.
const leastRuns = 6

// spent reports whether a silent detector has had its chances.
func (p *plan) spent(start time.Time, budget time.Duration, runs int) bool {
	if p.budget > 0 { // the kit's own tests, which expect none
		return time.Since(start) > p.budget
	}
	return time.Since(start) > budget && runs >= leastRuns
}

func (p *plan) cell(d Detector) Report {
	if !slices.Contains(Detectors(), d) {
		return Report{Detector: d, State: Open, Text: unknown(string(d))}
	}
	if why := p.open(d); why != "" {
		return Report{Detector: d, State: Open, Text: why}
	}
	start, lanes := time.Now(), 1
	var seen []outcome
	for {
		seen = append(seen, p.sideBySide(lookOf(d), lanes, len(seen))...)
		r := p.judge(d, seen)
		if r.State != Silent || p.spent(start, Budget, len(seen)) {
			return r
		}
		lanes = 2
	}
}

// all runs a child for each look that can see something here, side by side.
func (p *plan) all(watches int) []outcome {
	looks := map[look]int{watch: watches}
	for _, d := range []Detector{LeakProfile, Synctest} {
		if p.open(d) == "" {
			looks[lookOf(d)] = 1
		}
	}
	var (
		mu   sync.Mutex
		seen []outcome
		wg   sync.WaitGroup
	)
	for l, n := range looks {
		wg.Go(func() {
			o := p.sideBySide(l, n, 0)
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, o...)
		})
	}
	wg.Wait()
	// A race report from real time reads better than one from a bubble.
	slices.SortFunc(seen, func(a, b outcome) int { return cmp.Compare(b.look, a.look) })
	return seen
}

// reports gives every detector's verdict on the children seen.
func (p *plan) reports(seen []outcome) []Report {
	var rs []Report
	for _, d := range Detectors() {
		rs = append(rs, p.judge(d, seen))
	}
	return rs
}

func bug(t testing.TB, scenario func(), opts []Option) {
	t.Helper()
	p, _ := begin(t, "Bug", scenario, opts)
	if p == nil {
		return
	}
	decl, err := findDeclaration(t.Name(), callerDir(t))
	if err != nil {
		t.Fatalf("detect: %v", err)
	}
	claim, err := decl.claim()
	if err != nil {
		t.Fatalf("detect: %v", err)
	}
	seen := p.all(1)
	p.soundOrFatal(seen)
	reports := p.reports(seen)
	if len(decl.notes) == 0 {
		t.Fatalf("detect: %s: %s has no BUG note. The detectors of this mode say (run the other one too):\n"+
			"\t// BUG(%s): say here what goes wrong\n%s",
			decl.at(), decl.name, strings.Join(caught(reports), ", "), brief(reports))
	}
	if len(claim.unexpected(reports)) == 0 {
		seen = p.insist(claim, seen)
		p.soundOrFatal(seen)
		reports = p.reports(seen)
	}
	publish(t, verdict{Kind: "bug", Name: decl.name, At: decl.at(), Text: decl.text(), Note: claim.items}, reports)
	if msg := claim.refute(reports); msg != "" {
		t.Fatalf("detect: %s: %s: %s", decl.at(), decl.name, msg)
	}
	t.Logf("%s: %s\n%s\n%s", decl.at(), decl.text(), brief(reports), texts(reports, caught(reports)))
	if claim.unseen(reports) {
		t.Logf("detect: nothing in the note can be checked in this build; %s",
			"the other mode does (go test -race, or CGO_ENABLED=0 go test)")
	}
}

// insist repeats the children of required detectors that were silent.
func (p *plan) insist(c claim, seen []outcome) []outcome {
	start, first := time.Now(), len(seen)
	for !p.spent(start, NotedBudget, len(seen)-first) && broken(seen) == nil {
		missing := c.missing(p.reports(seen))
		if len(missing) == 0 {
			break
		}
		var looks []look
		for _, d := range missing {
			looks = append(looks, lookOf(d))
		}
		slices.Sort(looks)
		for _, l := range slices.Compact(looks) {
			seen = append(seen, p.sideBySide(l, 2, len(seen))...)
		}
	}
	return seen
}

func fix(t testing.TB, scenario func(), opts []Option) {
	t.Helper()
	p, _ := begin(t, "Fix", scenario, opts)
	if p == nil {
		return
	}
	seen := p.all(3)
	p.soundOrFatal(seen)
	reports := p.reports(seen)
	publish(t, verdict{Kind: "fix", Name: t.Name()}, reports)
	if bad := caught(reports); len(bad) > 0 {
		t.Fatalf("detect: %s: this is meant to be correct, but %s:\n%s",
			t.Name(), objects(bad), texts(reports, bad))
	}
	for _, o := range seen {
		if o.end == Exited && o.look != bubble {
			t.Fatalf("detect: %s: the scenario ended the process (%s) instead of returning%s", t.Name(), o.why, said(o.output))
		}
		if o.look == bubble && !o.looked {
			t.Fatalf("detect: %s: in a synctest bubble it did not end (%s). %s%s", t.Name(), o.why, advice(o.crash), said(o.crash))
		}
	}
}

// advice says what to do about a scenario that a bubble cannot hold. The
// bubble's clock stands still while a goroutine waits for a lock, so a holder
// that sleeps never wakes there, however correct it is.
func advice(stacks string) string {
	if waitsForLock.MatchString(stacks) {
		return "A goroutine waits for a sync.Mutex, a sync.RWMutex or a sync.Once; if its holder sleeps or waits " +
			"for a timer, time stands still in a bubble: say detect.Without(\"sleeps under a lock\", detect.Synctest)"
	}
	return "If it does real I/O, say detect.Without(\"real I/O\", detect.Synctest)"
}

var waitsForLock = regexp.MustCompile(`(?m)^goroutine .*\[sync\.(RW)?Mutex\.`)

func objects(ds []string) string {
	if len(ds) == 1 {
		return ds[0] + " objects"
	}
	return strings.Join(ds, ", ") + " object"
}

// soundOrFatal fails the test if a child did not do its work: set-up that
// failed before the scenario began, or an assertion of the scenario's own.
func (p *plan) soundOrFatal(seen []outcome) {
	p.t.Helper()
	if err := broken(seen); err != nil {
		p.t.Fatalf("detect: %v", err)
	}
	for _, o := range seen {
		if o.failed != "" {
			p.t.Fatalf("detect: the scenario %s (in the child process for %s)%s", o.failed, o.look.feeds(), said(o.output))
		}
	}
}

// callerDir is the package's folder: where the process started, unless
// somebody runs the test binary by hand from elsewhere.
func callerDir(t testing.TB) string {
	t.Helper()
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.File, "_test.go") {
			if exists(filepath.Join(startDir, filepath.Base(f.File))) {
				return startDir
			}
			if exists(f.File) {
				return filepath.Dir(f.File)
			}
		}
		if !more {
			return startDir
		}
	}
}

func said(output string) string {
	if strings.TrimSpace(output) == "" {
		return ""
	}
	return ":\n" + indent(output)
}

func indent(s string) string {
	return "\t" + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n\t")
}

func brief(rs []Report) string {
	var b strings.Builder
	for _, r := range rs {
		fmt.Fprintf(&b, "\t%-12s ", r.Detector)
		switch r.State {
		case Silent:
			fmt.Fprintf(&b, "silent in %s", plural(r.Runs, "run"))
			if r.Text != "" {
				fmt.Fprintf(&b, ", %s", r.Text)
			}
		case Open:
			fmt.Fprintf(&b, "open   %s", r.Text)
		case Caught:
			b.WriteString("caught")
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
