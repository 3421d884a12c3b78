package detect

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Test_noted(t *testing.T) {
	for name, scenario := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Bug(t, scenario)
		})
	}
}

func TestFix_letsNearMissesPass(t *testing.T) {
	for name, scenario := range nearMisses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Fix(t, scenario)
		})
	}
	for name, scenario := range realIO {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Fix(t, scenario, Without("real I/O", Synctest))
		})
	}
}

// Each detector by itself: it reports its scenario, and not a near-miss.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		detector Detector
		scenario func()
		end      []End
		says     string
	}{
		{Race, unguarded, []End{Returned}, "WARNING: DATA RACE"},
		{Goleak, abandonedSender, []End{Returned}, "chan send"},
		{LeakProfile, abandonedSender, []End{Returned}, "abandonedSender"},
		{LeakProfile, neverWoken, []End{TimedOut}, "neverWoken"},
		{Synctest, abandonedSender, []End{Returned}, "blocked goroutines remain"},
		{Deadlock, lockedTwice, []End{Deadlocked}, "all goroutines are asleep"},
		{Panic, lateCrash, []End{Panicked}, "too late for recover"},
		{Fatal, bottomless, []End{Crashed}, "stack overflow"},
		{Hang, neverWoken, []End{TimedOut, Deadlocked}, "neverWoken"},
		{Hang, spinning, []End{TimedOut}, "within 1s"},
	} {
		t.Run(string(c.detector), func(t *testing.T) {
			t.Parallel()
			if why := openHere(c.detector); why != "" {
				r := Run(t, c.detector, c.scenario)
				assert.Equal(t, Open, r.State)
				assert.Equal(t, why, r.Text)
				assert.Zero(t, r.Runs)
				return
			}
			r := Run(t, c.detector, c.scenario)
			assert.Equal(t, Caught, r.State)
			assert.Contains(t, c.end, r.End)
			assert.Contains(t, r.Text, c.says)
			assert.Equal(t, 1, r.Runs, "a report needs no second run")
			assert.Positive(t, r.Wall)
			assert.Positive(t, r.CPU)

			near := Run(t, c.detector, nearMisses["a hand-over through a channel"], briefly)
			assert.Equal(t, Silent, near.State, near.Text)
			assert.Equal(t, Returned, near.End)
		})
	}
}

func TestRun_repeatsASilentDetectorForItsBudget(t *testing.T) {
	t.Parallel()
	start := time.Now()
	r := Run(t, Goleak, nearMisses["a hand-over through a channel"])
	assert.Equal(t, Silent, r.State, r.Text)
	assert.GreaterOrEqual(t, time.Since(start), Budget)
	assert.GreaterOrEqual(t, r.Runs, leastRuns)
}

// In the child of the second call the first must answer as it did here, or
// the second would never be reached.
func TestRun_repliesTheSameInChildrenOfLaterCalls(t *testing.T) {
	t.Parallel()
	first := Run(t, Goleak, abandonedSender)
	require.Equal(t, Caught, first.State)
	require.Equal(t, 1, first.Runs)
	second := Run(t, Synctest, abandonedSender)
	assert.Equal(t, Caught, second.State)
}

func TestRun_neverFailsTheTest(t *testing.T) {
	t.Parallel()
	r := Run(t, "golaek", abandonedSender)
	assert.Equal(t, Open, r.State)
	assert.Contains(t, r.Text, "did you mean goleak?")

	r = Run(t, Panic, quits, briefly)
	assert.Equal(t, Silent, r.State)
	assert.Equal(t, Exited, r.End)
}

// Goroutines of the test's set-up end while another begins to leak: there are
// no more of them than before.
func TestRun_looksAlsoWhereOthersHaveEnded(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	var others sync.WaitGroup
	for range 10 {
		others.Go(func() { <-stop })
	}
	scenario := func() {
		close(stop)
		others.Wait()
		abandonedSender()
	}
	for _, d := range []Detector{Goleak, LeakProfile} {
		if r := Run(t, d, scenario, briefly); openHere(d) == "" {
			assert.Equal(t, Caught, r.State, "%s: %s", d, r.Text)
		}
	}
	close(stop)
	others.Wait()
}

func TestRun_saysThatAnAssertionFailed(t *testing.T) {
	t.Parallel()
	r := Run(t, Goleak, func() { assert.Fail(t, "on purpose") }, briefly)
	assert.Equal(t, Silent, r.State)
	assert.Equal(t, "the scenario failed an assertion", r.Text)
}

func TestWithin_setsTheLimit(t *testing.T) {
	t.Parallel()
	start := time.Now()
	r := Run(t, Hang, spinning, Within(50*time.Millisecond))
	assert.Equal(t, Caught, r.State)
	assert.Contains(t, r.Text, "50ms")
	assert.Less(t, time.Since(start), time.Minute)
}

// Some thousand stacks on a starved machine take goleak longer than any limit
// in wall time. What counts is whether it still works or will go on.
func TestRun_waitsForADetectorThatIsAtWork(t *testing.T) {
	t.Parallel()
	hurried := func(s *setup) { s.after = 200 * time.Millisecond } // goleak takes twice as long
	r := Run(t, Goleak, abandonedSender, hurried, briefly)
	assert.Equal(t, Caught, r.State, r.Text)
}

func TestWithout_leavesTheCellOpen(t *testing.T) {
	t.Parallel()
	r := Run(t, Goleak, abandonedSender, Without("it is only a test", Goleak))
	assert.Equal(t, Report{Detector: Goleak, State: Open, Text: "it is only a test"}, r)
}

func TestInChild(t *testing.T) {
	t.Parallel()
	Fix(t, func() { assert.True(t, InChild()) })
	assert.False(t, InChild())
}

// A child gets this process's GOMAXPROCS, and repeats get others.
func TestFix_variesGOMAXPROCS(t *testing.T) {
	t.Parallel()
	mine := runtime.GOMAXPROCS(0)
	var asked []int
	for run := range 6 {
		asked = append(asked, procs(run))
	}
	assert.Equal(t, mine, asked[0])
	assert.Subset(t, asked, []int{1, 2, 8})
	r := Run(t, Panic, func() { panic(fmt.Sprintf("%d of %d", runtime.GOMAXPROCS(0), mine)) })
	assert.Contains(t, r.Text, fmt.Sprintf("panic: %d of %d\n", mine, mine))
}

// Each GOMAXPROCS is tried with and without disturbers.
func Test_restless(t *testing.T) {
	t.Parallel()
	assert.False(t, restless(0), "the first run, often the only one, is plain")
	tried := map[string]bool{}
	for run := range 2 * leastRuns {
		tried[fmt.Sprint(run%leastRuns, restless(run))] = true
	}
	assert.Len(t, tried, 2*leastRuns)
}

// disturbed reports whether this child has disturbers.
func disturbed() bool {
	stacks := make([]byte, 1<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "detect.doze(")
}

// The disturbers hide nothing and are in no report.
func TestRun_isNotMisledByDisturbers(t *testing.T) {
	for d, scenario := range map[Detector]func(){
		Goleak:      abandonedSender,
		LeakProfile: abandonedSender,
		Synctest:    abandonedSender,
		Deadlock:    lockedTwice,
		Panic:       lateCrash,
		Hang:        neverWoken,
		Race:        unguarded,
	} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			r := Run(t, d, func() {
				if disturbed() {
					scenario()
				}
			})
			if openHere(d) != "" {
				return
			}
			assert.Equal(t, Caught, r.State, r.Text)
			assert.Greater(t, r.Runs, 1)
			assert.NotContains(t, r.Text, "doze")
		})
	}
	t.Run("returns", func(t *testing.T) {
		t.Parallel()
		for _, d := range []Detector{Race, Goleak, LeakProfile, Hang} {
			r := Run(t, d, func() { _ = disturbed() }, briefly)
			assert.NotEqual(t, Caught, r.State, r.Text)
		}
	})
}

// A spy is a test that only notes down what fails it.
type spy struct {
	*testing.T
	says string
	attr map[string]string
}

func (s *spy) Real() *testing.T    { return s.T }
func (s *spy) Attr(k, v string)    { s.attr[k] = v }
func (s *spy) Log(...any)          {}
func (s *spy) Logf(string, ...any) {}
func (s *spy) Fatal(a ...any)      { s.says = fmt.Sprint(a...); runtime.Goexit() }
func (s *spy) Fatalf(f string, a ...any) {
	s.says = fmt.Sprintf(f, a...)
	runtime.Goexit()
}

// spyOn runs f with a spy and returns what failed it.
func spyOn(t *testing.T, f func(testing.TB)) *spy {
	t.Helper()
	s := &spy{T: t, attr: map[string]string{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(s)
	}()
	<-done
	return s
}

func Test_refused(t *testing.T) {
	failing := func(t *testing.T) func() {
		return func() { assert.Equal(t, 1, 2, "one is not two") }
	}
	for name, c := range map[string]struct {
		scenario func(t *testing.T) func()
		says     []string
	}{
		"unnoted":      {says: []string{"unnoted has no BUG note", "BUG(goleak,", "synctest"}, scenario: of(unnoted)},
		"halfclaimed":  {says: []string{"hang stayed silent", "Mend the code, or write BUG(test)"}, scenario: of(halfclaimed)},
		"overclaimed":  {says: []string{"refused_test.go:10", "BUG(panic)", "of BUG(panic), panic is silent", "the bug is gone", "write BUG(test)"}, scenario: of(overclaimed)},
		"underclaimed": {says: []string{"synctest report", "write BUG(goleak,", "deadlock: main bubble"}, scenario: of(underclaimed)},
		"misspelt":     {says: []string{`unknown detector "gohlek": did you mean goleak?`}, scenario: of(misspelt)},
		"unheardOf":    {says: []string{`unknown detector "crystal-ball"`, "race, goleak, leakprofile"}, scenario: of(unheardOf)},
		"unlisted":     {says: []string{"names no detector", "BUG(detector, …)"}, scenario: of(unlisted)},
		"wordless":     {says: []string{"has no sentence"}, scenario: of(wordless)},
		"undecided":    {says: []string{"with and without a question mark"}, scenario: of(undecided)},
		"outlived":     {says: []string{"compiled as go1.26", "//go:build", "before 1.22"}, scenario: of(outlived)},
		"early":        {says: []string{"put //go:build go1.99"}, scenario: of(early)},
		"twin_Get":     {says: []string{"fits two declarations, twin.Get", "twin_Get", "rename one"}, scenario: of(func() {})},
		"nested_bubble": {says: []string{"calls synctest.Test"}, scenario: func(t *testing.T) func() {
			return func() { synctest.Test(t, func(*testing.T) {}) }
		}},
		"nested_subtest": {says: []string{"calls t.Run"}, scenario: func(t *testing.T) func() {
			return func() { t.Run("inner", func(*testing.T) {}) }
		}},
		"flawed":         {says: []string{"failed an assertion", "one is not two"}, scenario: failing},
		"flawed_race":    {says: []string{"failed an assertion", "one is not two"}, scenario: func(t *testing.T) func() { return func() { unguarded(); failing(t)() } }},
		"flawed_skip":    {says: []string{"skipped its test"}, scenario: func(t *testing.T) func() { return func() { t.Skip("no reason") } }},
		"nobody":         {says: []string{"is named after nothing", "TestT_M the method T.M"}, scenario: of(func() {})},
		"abandonedSendr": {says: []string{"there is abandonedSender"}, scenario: of(func() {})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := spyOn(t, func(tb testing.TB) { bug(tb, c.scenario(t), []Option{briefly}) })
			for _, words := range c.says {
				assert.Contains(t, s.says, words)
			}
		})
	}
}

// briefly shortens the search for a report where the test expects none.
func briefly(s *setup) { s.budget = 200 * time.Millisecond }

func of(scenario func()) func(*testing.T) func() {
	return func(*testing.T) func() { return scenario }
}

func TestBug_refusesASecondCall(t *testing.T) {
	t.Parallel()
	s := spyOn(t, func(tb testing.TB) {
		callsOf(tb).bug = true // as the first call leaves it
		bug(tb, abandonedSender, nil)
	})
	assert.Contains(t, s.says, "Bug called twice in one test")
}

func TestOptions_refuseNonsense(t *testing.T) {
	t.Parallel()
	for says, f := range map[string]func(testing.TB){
		"a limit is a positive duration":                  func(tb testing.TB) { fix(tb, quits, []Option{Within(-1)}) },
		`unknown detector "golaek": did you mean goleak?`: func(tb testing.TB) { fix(tb, quits, []Option{Without("why", "golaek")}) },
		"Fix was given no scenario (nil)":                 func(tb testing.TB) { fix(tb, nil, nil) },
	} {
		assert.Contains(t, spyOn(t, f).says, says)
	}
}

func TestFix_objects(t *testing.T) {
	for name, c := range map[string]struct {
		scenario func()
		says     string
	}{
		"to a leak":             {abandonedSender, "goleak"},
		"to a hang":             {spinning, "hang objects"},
		"to a panic":            {lateCrash, "panic"},
		"to an exit":            {quits, "ended the process (the process ended by itself: exit status 0)"},
		"to I/O in a bubble":    {abandonedListener, "detect.Without(\"real I/O\", detect.Synctest)"},
		"to a lock in a bubble": {sleepsUnderLock, "detect.Without(\"sleeps under a lock\", detect.Synctest)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := spyOn(t, func(tb testing.TB) { fix(tb, c.scenario, []Option{Within(200 * time.Millisecond)}) })
			assert.Contains(t, s.says, c.says)
		})
	}
}

// A bug that needs luck is found by repeating it in fresh processes.
func Test_lucky(t *testing.T) {
	t.Parallel()
	Bug(t, lucky)
}

func Test_published(t *testing.T) {
	t.Parallel()
	t.Run("abandonedSender", func(t *testing.T) {
		s := spyOn(t, func(tb testing.TB) { bug(tb, abandonedSender, nil) })
		require.Empty(t, s.says)
		line := s.attr["detect"]
		require.NotContains(t, line, "\n", "t.Attr takes no newline")
		var v verdict
		require.NoError(t, json.Unmarshal([]byte(line), &v))
		assert.Equal(t, "bug", v.Kind)
		assert.Equal(t, "abandonedSender", v.Name)
		assert.Equal(t, []string{"goleak", "leakprofile", "synctest"}, v.Note)
		assert.Equal(t, mode(), v.Mode)
		assert.Len(t, v.Cells, len(Detectors()))
		for _, c := range v.Cells {
			wanted := Silent
			switch {
			case openHere(c.Detector) != "":
				wanted = Open
			case strings.Contains(strings.Join(v.Note, " "), string(c.Detector)):
				wanted = Caught
			}
			assert.Equal(t, wanted, c.State, c.Detector)
		}
	})
}
