// Package detect proves which tools report a bug and which stay silent.
//
// A bug is a function of ordinary Go. A BUG note inside it claims who sees it:
//
//	// Abandoned asks for an answer and leaves before it comes.
//	func Abandoned() {
//		answer := make(chan int)
//		go func() {
//			answer <- 42 // BUG(goleak, leakprofile, synctest): nobody receives, so this goroutine never ends
//		}()
//	}
//
// and a test holds the claim to account:
//
//	func TestAbandoned(t *testing.T) { detect.Bug(t, Abandoned) }
//
// [Bug] runs the scenario under every [Detector], each in a child process of
// its own, and fails unless exactly the detectors in the note report it.
// [Fix] is the other half: no detector may object. Nothing that a scenario
// does (leak, race, panic, deadlock, os.Exit) reaches another test.
//
// # Notes
//
// A note is a comment of the form
//
//	// BUG(detector, detector, …): a sentence that stands on its own
//
// anywhere inside the declaration or its doc comment. The list may hold
//
//   - the name of a [Detector]: it reports the bug, every time;
//   - the same with a question mark, as in BUG(race, fatal?): it reports the
//     bug in some runs only, and is neither required nor forbidden;
//   - the name of a static checker (compiler, vet, staticcheck, a linter of
//     golangci-lint), or test, for a bug that only an assertion sees. [Bug]
//     accepts these names and leaves their proof to others;
//   - "until go1.N": that release ended the bug, and the file is compiled as
//     an older language by a //go:build go1.M line. "since go1.N": the release
//     that brought it. Bug compares both with the file's language version.
//
// Several notes in one declaration count together.
//
// # Names
//
// The note is found through the name of the test, by the rule of Examples:
// TestAbandoned names Abandoned, TestCache_Get the method Cache.Get,
// Test_inner the unexported inner, and TestCache_Get_twice again Cache.Get,
// the longest declaration that exists. Two matches are an error. A subtest
// belongs to its test's declaration; where that names none, its own name is
// looked up.
//
// # What a scenario may do
//
// It may print, block for ever, close its standard output, start processes,
// call os.Exit or crash. It runs only in children, so what it writes to a
// captured variable never reaches the test: assert inside it. A failed
// assertion in any child fails the test. It must not call t.Run or
// [testing/synctest.Test]. Code before Bug runs once more in every child;
// guard what is heavy by [InChild]. No child runs t.Cleanup or cancels
// t.Context: a goroutine that waits for either is reported as a leak.
//
// # Two modes
//
// The race detector needs cgo; the runtime's deadlock report needs its
// absence. So no single build can check everything, and what a build cannot
// check is [Open] there, never [Silent]. A green run proves only what its build
// could see: a note BUG(race) passes any test without -race. Run both:
//
//	go test -race ./...
//	CGO_ENABLED=0 GOEXPERIMENT=goroutineleakprofile go test ./...
//
// On Go 1.27 the second goes without GOEXPERIMENT, whose name it refuses: every
// build has the profile.
package detect

import (
	"testing"
	"time"
)

// A Detector is a dynamic tool that may report a bug.
type Detector string

// The detectors, and when each one reports.
const (
	// Race is the race detector. It reports when the file of its own
	// GORACE=log_path holds a report that the scenario caused. Open without -race.
	Race Detector = "race"
	// Goleak is go.uber.org/goleak. It looks once the scenario has returned.
	Goleak Detector = "goleak"
	// LeakProfile is runtime/pprof's goroutineleak profile. It looks when the
	// scenario has returned or reached its limit. Open where the runtime has no such profile.
	// It reports only what nothing can reach any more: a channel that the package, the test or a
	// table of scenarios still holds hides its leak, so make it inside the scenario.
	LeakProfile Detector = "leakprofile"
	// Synctest is testing/synctest: the scenario runs in a bubble, and the
	// bubble ends in "deadlock: …", 500 ms of its own time after the scenario
	// has returned. A mutex, I/O and system calls are invisible to it, and its
	// clock stands still while a goroutine waits for one of them.
	Synctest Detector = "synctest"
	// Deadlock is the runtime's "all goroutines are asleep". Any pending timer
	// hides it. Open under -race, in cgo builds, and outside Linux.
	Deadlock Detector = "deadlock"
	// Panic: the process ends in a panic, be it after the scenario returned.
	Panic Detector = "panic"
	// Fatal: the process ends in another unrecoverable error of the runtime,
	// such as concurrent map writes or stack overflow.
	Fatal Detector = "fatal"
	// Hang: the scenario has not returned within its limit and the process
	// neither crashed nor exited. Deadlock counts too: a pending timer, such
	// as a test's timeout, turns one into the other.
	Hang Detector = "hang"
)

// Detectors lists every detector, in the order of the tables.
func Detectors() []Detector {
	return []Detector{Race, Goleak, LeakProfile, Synctest, Deadlock, Panic, Fatal, Hang}
}

// A State says what a detector made of a scenario.
type State string

// The states of a cell.
const (
	Caught State = "caught" // it reported
	Silent State = "silent" // it did not, although it could have
	Open   State = "open"   // this build, or Without, kept it from looking
)

// An End says how a child's scenario ended.
type End string

// The ends. A child has exactly one.
const (
	Returned   End = "returned"
	Exited     End = "exited" // os.Exit, or a signal that the runtime did not turn into a crash
	Panicked   End = "panicked"
	Crashed    End = "fatal"
	Deadlocked End = "deadlocked"
	TimedOut   End = "limit"
)

// A Report is what one detector said about one scenario.
type Report struct {
	Detector Detector      `json:"detector"`
	State    State         `json:"state"`
	End      End           `json:"end,omitempty"` // of the run that caught it, else of the last one
	Runs     int           `json:"runs"`          // children that could have reported
	Text     string        `json:"text"`          // the detector's own words; why it is open or had nothing to look at
	Wall     time.Duration `json:"wall_ns"`       // from start to end of these children, added up
	CPU      time.Duration `json:"cpu_ns"`        // user and system time of these children, added up
}

const (
	// DefaultLimit is how long a scenario may take before it counts as
	// hanging. See [Within].
	DefaultLimit = time.Second

	// Budget is the time for which [Run] repeats a scenario, each time in a
	// fresh process and under another GOMAXPROCS, every second time beside
	// goroutines that keep waking for its first 3 ms, before it calls a
	// detector silent. On a slow machine it takes longer, for six runs.
	Budget = 2 * time.Second

	// NotedBudget is the same for a detector that a note requires: Bug
	// repeats this long, and six times at least, before it calls the note wrong.
	NotedBudget = 10 * time.Second
)

// An Option changes how a scenario is run.
type Option func(*setup)

type setup struct {
	limit   time.Duration
	after   time.Duration // for the detector's own work; only the kit's tests change it
	budget  time.Duration // if not 0, it alone is what counts
	without map[Detector]string
}

// Within sets the scenario's own limit, [DefaultLimit] without it. The limit
// is wall time; on Linux a child that was starved of CPU gets up to ten times
// as much. What a detector does after the scenario does not count.
func Within(d time.Duration) Option {
	return func(s *setup) { s.limit = d }
}

// Without leaves detectors out, and their cells open for the reason given:
// Synctest, say, for a scenario that does real I/O. Fix needs it where a bubble
// cannot hold the scenario, for there it fails. Bug hardly ever does: what a
// bubble cannot hold is [Silent], and the report says why.
func Without(reason string, ds ...Detector) Option {
	return func(s *setup) {
		for _, d := range ds {
			s.without[d] = reason
		}
	}
}

// InChild reports whether this process was started by [Bug], [Fix] or [Run]
// to run one scenario. Use it to keep expensive set-up out of children that
// do not need it.
func InChild() bool { return mission != nil }

// Bug runs the scenario under every detector and fails t unless exactly those
// in the note of the declaration that t is named after report it. A test may
// call Bug once.
//
// A required detector that stays silent gets more runs for [NotedBudget].
// The verdict goes to t.Attr as one line of JSON under the key "detect", the
// reports to t.Log and, with -artifacts, to files in t.ArtifactDir.
func Bug(t *testing.T, scenario func(), opts ...Option) {
	t.Helper()
	bug(t, scenario, opts)
}

// Fix runs the scenario under every detector and fails t if one of them
// objects, if the scenario does not return, or if it ends the process. It
// runs under the current GOMAXPROCS, under 1 and under 8.
func Fix(t *testing.T, scenario func(), opts ...Option) {
	t.Helper()
	fix(t, scenario, opts)
}

// Run runs the scenario under one detector and says what came of it. Whatever
// the scenario does, it does not fail t. A silent detector gets more runs until
// [Budget] is spent, so a Run that finds nothing takes that long.
//
// A test may call Run several times, always in the same order and on its own
// goroutine: in the child of a later call, the earlier ones return what they
// returned before, and what stands between them runs again.
func Run(t *testing.T, d Detector, scenario func(), opts ...Option) Report {
	t.Helper()
	return run(t, d, scenario, opts)
}
