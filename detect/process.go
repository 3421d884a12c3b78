package detect

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// childEnv names the folder through which parent and child talk. Files
	// and not pipes: a reader parked on a pipe would hide a deadlock, and
	// nothing that the scenario prints or closes can touch them.
	childEnv = "GOGUIDE_DETECT_CHILD"

	tick       = 10 * time.Millisecond
	startLimit = 2 * time.Minute  // for the test's own set-up, before the scenario
	afterLimit = 30 * time.Second // for the detector's work, after the scenario; stretched on a loaded machine
	dumpLimit  = 2 * time.Second  // to write stacks after SIGQUIT
	starved    = 10               // times the limit, at most, for a child that waits for CPU

	// How long a child must be asleep to be called stuck, in ticks.
	stuckScenario = 3
	stuckDetector = 100 // goleak itself sleeps for 100 ms between two tries
)

// scenarioBegins is printed by a child, to tell what a test says from what its
// scenario says. Only messages to people depend on it.
const scenarioBegins = "=== detect: the scenario begins\n"

// Files of a child's folder.
const (
	fileOrder    = "order.json"
	fileBegan    = "began"    // holds the length of the race log so far
	fileReturned = "returned" // the scenario is over
	fileLook     = "look"     // from the parent: the limit is over, look now
	fileFinding  = "finding"  // the look is over; its report, or empty
	fileFailed   = "failed"   // the scenario failed its test
	fileCrash    = "crash"    // debug.SetCrashOutput
	fileRace     = "race"     // GORACE=log_path, where .PID is added
)

// An order tells a child what to do.
type order struct {
	Test     string
	Call     int
	Look     look
	Restless bool // see disturbers
	Earlier  []Report
	dir      string
}

// An outcome is what one child left behind.
type outcome struct {
	look    look
	end     End
	why     string // the end in words
	crash   string // the runtime's last words, or the stacks at the limit
	race    string
	finding string
	looked  bool
	failed  string // how the scenario failed its test: "failed an assertion"
	output  string
	wall    time.Duration
	cpu     time.Duration
	err     error // the child never got as far as the scenario
}

var (
	startDir, _ = os.Getwd()
	self, _     = os.Executable()
)

// child runs the scenario in a process of its own and waits for its end. The
// number of the run decides on its GOMAXPROCS and its rest.
func (p *plan) child(l look, run int) outcome {
	// The kernel ties Pdeathsig to the thread that forks, so that thread
	// must live as long as the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	o := outcome{look: l}
	dir, err := p.prepare(l, run)
	if err != nil {
		o.err = err
		return o
	}
	defer os.RemoveAll(dir)

	cmd := exec.CommandContext(p.t.Context(), self, childArgs(p.order.Test)...)
	cmd.Dir = startDir
	cmd.Env = append(os.Environ(),
		childEnv+"="+dir,
		"GOMAXPROCS="+strconv.Itoa(procs(run)),
		"GORACE="+strings.TrimSpace(os.Getenv("GORACE")+
			fmt.Sprintf(` atexit_sleep_ms=0 halt_on_error=0 log_path="%s"`, filepath.Join(dir, fileRace))),
		"GOCOVERDIR="+dir,
		"GOTRACEBACK=single",
		// A child exits without t.Cleanup, so its temporary files go with the folder.
		"TMPDIR="+filepath.Join(dir, "tmp"), "TMP="+filepath.Join(dir, "tmp"), "TEMP="+filepath.Join(dir, "tmp"))
	out := new(headAndTail)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second // for grandchildren that hold the pipe
	closeWatch, err := bindToParent(cmd)
	if err != nil {
		o.err = fmt.Errorf("preparing a child: %w", err)
		return o
	}
	defer closeWatch()

	start := time.Now()
	if err := cmd.Start(); err != nil {
		o.err = fmt.Errorf("starting a child of %s: %w", self, err)
		return o
	}
	exited := make(chan struct{})
	s := &supervisor{test: p.order.Test, dir: dir, look: l, limit: p.limit, after: p.after, cmd: cmd, exited: exited, printed: &out.total}
	var wg sync.WaitGroup
	wg.Go(s.watch)
	_ = cmd.Wait() // the exit code means nothing: -race, coverage and the scenario all change it
	close(exited)
	wg.Wait()
	killGroup(cmd.Process.Pid)

	o.wall = time.Since(start)
	o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	o.output = out.String()
	if _, after, begun := strings.Cut(o.output, scenarioBegins); begun {
		o.output = after
	}
	o.read(dir, s, cmd.ProcessState)
	return o
}

func (p *plan) prepare(l look, run int) (dir string, err error) {
	dir, err = os.MkdirTemp("", "detect")
	if err != nil {
		return "", fmt.Errorf("preparing a child: %w", err)
	}
	ord := p.order
	ord.Look, ord.Restless = l, restless(run)
	text, err := json.Marshal(ord)
	if err == nil {
		err = errors.Join(
			os.WriteFile(filepath.Join(dir, fileOrder), text, 0o600),
			os.Mkdir(filepath.Join(dir, "tmp"), 0o700))
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("preparing a child: %w", err), os.RemoveAll(dir))
	}
	return dir, nil
}

// childArgs selects exactly one test, verbosely (then an assertion's message
// is printed when it fails and not when the test ends) and without the timeout
// whose timer would hide a deadlock. Flags of the user's own are passed on.
func childArgs(test string) []string {
	parts := strings.Split(test, "/")
	for i, s := range parts {
		parts[i] = "^" + regexp.QuoteMeta(s) + "$"
	}
	args := []string{
		"-test.run=" + strings.Join(parts, "/"),
		"-test.v", "-test.count=1", "-test.timeout=0", "-test.short=" + strconv.FormatBool(testing.Short()),
	}
	flag.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	return append(args, flag.Args()...)
}

// A supervisor holds a child to its limits.
type supervisor struct {
	test   string
	dir    string
	look   look
	limit  time.Duration // of the scenario
	after  time.Duration // of the detector
	cmd    *exec.Cmd
	exited <-chan struct{}

	printed *atomic.Int64 // bytes that the child wrote and this process has read

	// Read after watch has returned.
	neverBegan, timedOut bool
	stuck                bool // the detector did not finish after the scenario had
}

func (s *supervisor) has(file string) bool { return exists(filepath.Join(s.dir, file)) }

func (s *supervisor) watch() {
	start := time.Now()
	if !s.until(func() bool { return s.has(fileBegan) }, func() bool { return time.Since(start) > startLimit }) {
		if s.running() {
			s.neverBegan = true
			s.kill()
		}
		return
	}
	returned := func() bool { return s.has(fileReturned) }
	if !s.until(returned, s.patience(s.limit, stuckScenario)) {
		if !s.running() {
			return
		}
		if readFile(s.dir, fileCrash) != "" {
			s.finish() // it is writing its last words
			return
		}
		s.timedOut = true
		if s.look == profile {
			_ = os.WriteFile(filepath.Join(s.dir, fileLook), nil, 0o600)
			s.finish()
			return
		}
		s.dump()
		return
	}
	if s.look == bubble {
		// Time is virtual here: what is not over at once waits for a mutex
		// or for I/O, which a bubble cannot tell from work.
		s.finishBy(s.patience(max(s.limit, DefaultLimit), stuckScenario))
		return
	}
	s.finish()
}

// finish leaves the detector its time.
func (s *supervisor) finish() { s.finishBy(s.patience(s.after, stuckDetector)) }

func (s *supervisor) finishBy(over func() bool) {
	if !s.until(func() bool { return false }, over) && s.running() {
		s.stuck = true
		s.dump()
	}
}

// until waits for the condition. It returns false once the child has exited
// or over says so.
func (s *supervisor) until(cond, over func() bool) bool {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		if cond() {
			return true
		}
		if over() {
			return cond() // it may have come true meanwhile
		}
		select {
		case <-s.exited:
			return false
		case <-t.C:
		}
	}
}

func (s *supervisor) running() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// patience is a limit in wall time that a loaded machine stretches: a child
// that is runnable but was not given as much CPU as the limit goes on, and so
// does one that waits for us to read its output, up to ten times the limit.
// One that is asleep for so many ticks beyond the limit will not wake.
func (s *supervisor) patience(limit time.Duration, stuck int) func() bool {
	return s.patienceBy(isAsleep, limit, stuck)
}

func (s *supervisor) patienceBy(isAsleep func(pid int) bool, limit time.Duration, stuck int) func() bool {
	start, cpu0 := time.Now(), cpuTime(s.cmd.Process.Pid)
	asleep, printed, lastLook := 0, int64(0), start
	return func() bool {
		// From the end of one look to the next: on a busy machine a look, at all
		// processes there are, may itself take longer than some ticks.
		late := time.Since(lastLook) > 3*tick
		defer func() { lastLook = time.Now() }()
		wall := time.Since(start)
		if wall < limit || isDead(s.cmd.Process.Pid) {
			return false // the dead are never late: exited comes
		}
		// A child may also sleep because this process, kept from the CPU
		// itself, has not read what the child printed.
		n := s.printed.Load()
		if !late && n == printed && isAsleep(s.cmd.Process.Pid) {
			asleep++
		} else {
			asleep = 0
		}
		printed = n
		return asleep >= stuck || cpuTime(s.cmd.Process.Pid)-cpu0 >= limit || wall >= starved*limit
	}
}

func (s *supervisor) kill() { killGroup(s.cmd.Process.Pid); _ = s.cmd.Process.Kill() }

// dump asks the child for its stacks and then ends it.
func (s *supervisor) dump() {
	askForStacks(s.cmd.Process)
	select {
	case <-s.exited:
	case <-time.After(dumpLimit):
	}
	s.kill()
}

// crashEnd reads debug.SetCrashOutput's file. A panic's text begins with the
// word. Of any other end the runtime writes the first line, "fatal error: …",
// to standard error alone (Go 1.26), which the scenario may have closed; but
// only in a deadlock does no stack belong to code that was running.
func crashEnd(crash string) End {
	switch {
	case strings.HasPrefix(crash, "panic: "):
		return Panicked
	case anyRunning.MatchString(crash):
		return Crashed
	default:
		return Deadlocked
	}
}

var anyRunning = regexp.MustCompile(`(?m)^(goroutine .*\[(running|syscall|runnable)|runtime stack:)`)

// lastWords puts the lines that announce a crash before its stacks, if they
// can be found on standard error.
func lastWords(output, crash string) string {
	head := crash[:min(len(crash), 200)]
	i := strings.LastIndex(output, head)
	if i < 0 {
		return crash
	}
	from := strings.LastIndex(output[:i], "fatal error: ")
	if from < 0 || i-from > 1000 {
		return crash
	}
	if j := strings.LastIndex(output[:from], "runtime: goroutine stack exceeds"); j >= 0 && from-j < 500 {
		from = j
	}
	return output[from:i] + crash
}

// read gathers what the child wrote.
func (o *outcome) read(dir string, s *supervisor, ps *os.ProcessState) {
	crash := readFile(dir, fileCrash)
	o.race = readRace(dir)
	o.failed = readFile(dir, fileFailed)
	o.looked = exists(filepath.Join(dir, fileFinding))
	o.finding = readFile(dir, fileFinding)
	switch {
	case s.timedOut:
		o.end, o.why = TimedOut, fmt.Sprintf("the scenario did not return within %v (detect.Within sets the limit)", s.limit)
		o.crash = o.why
		if dump := stacks(o.output); dump != "" {
			o.crash += "\n\n" + withoutKit(dump)
		}
	case s.neverBegan:
		o.err = fmt.Errorf("%w (it was given %v)%s", errNotReached, startLimit, said(o.output))
	case s.stuck:
		o.end, o.crash = Returned, withoutKit(stacks(o.output))
		o.why = "the scenario returned, but the detector did not finish its work"
		if o.look == bubble {
			o.why = "the scenario returned, but a goroutine waits for a mutex, I/O or a system call"
		}
	case crash != "":
		o.end, o.crash = crashEnd(crash), withoutKit(lastWords(o.output, crash))
		o.why = "the process ended in: " + firstLine(o.crash)
	case o.looked:
		o.end = Returned
	case !exists(filepath.Join(dir, fileBegan)):
		o.err = fmt.Errorf("%w (%v)%s", errNotReached, ps, said(o.output))
	default:
		o.end = Exited
		o.why = "the process ended by itself: " + ps.String()
	}
	if o.look == bubble && strings.Contains(crash, "called from within a synctest bubble") {
		o.err = errors.New("the scenario calls synctest.Test. The kit runs it in a bubble of its own, so hand it only what the bubble would run")
	}
	if strings.Contains(o.output, "=== RUN   "+s.test+"/") {
		o.err = errors.New("the scenario calls t.Run. A scenario is one piece of code: call the kit inside the subtest instead")
	}
}

var errNotReached = errors.New("a child did not reach this call, although the test did: " +
	"does it need something that a fresh process lacks?")

// readRace returns what the race detector wrote since the scenario began.
func readRace(dir string) string {
	before, _ := strconv.Atoi(readFile(dir, fileBegan))
	logs, _ := filepath.Glob(filepath.Join(dir, fileRace+".*"))
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err == nil && len(text) > before && bytes.Contains(text[before:], []byte("WARNING: DATA RACE")) {
			return raceFrames.ReplaceAllString(string(text[before:]), "")
		}
	}
	return ""
}

// stacks cuts the goroutines out of the dump that SIGQUIT caused.
func stacks(output string) string {
	_, dump, found := strings.Cut(output, "SIGQUIT: quit\n")
	if !found {
		return ""
	}
	if i := strings.Index(dump, "\ngoroutine "); i >= 0 {
		dump = dump[i+1:]
	}
	if i := strings.Index(dump, "\nrax "); i >= 0 {
		dump = dump[:i]
	}
	return strings.TrimSpace(dump)
}

// withoutKit drops the goroutines of the runtime, of package testing and of
// this kit from a crash text, and the kit's frames from the scenario's
// goroutine.
func withoutKit(text string) string {
	var kept []string
	for g := range strings.SplitSeq(text, "\n\n") {
		if !strings.HasPrefix(g, "goroutine ") || !ofKit.MatchString(g) && !ofRuntime(g) {
			kept = append(kept, kitFrames.ReplaceAllString(g, ""))
		}
	}
	return strings.Join(kept, "\n\n")
}

// ofRuntime reports whether a goroutine has frames of the runtime alone. Of one
// that runs on another thread there may be no frames at all; that one is kept.
func ofRuntime(goroutine string) bool {
	frames := 0
	for line := range strings.Lines(goroutine) {
		switch {
		case strings.HasPrefix(line, "goroutine "), strings.HasPrefix(line, "\t"),
			strings.HasPrefix(line, "created by "), strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "runtime."), strings.HasPrefix(line, "internal/runtime/"):
			frames++
		default:
			return false
		}
	}
	return frames > 0
}

var (
	ofKit      = regexp.MustCompile(`(?m)^(testing\.\(\*M\)\.Run|testing\.tRunner\.func1\(|\S*detect\.\(\*order\)\.(watch|profile|bubble|untilOverOrAsked)\(|\S*detect\.doze\()`)
	raceFrames = regexp.MustCompile(`(?m)^  (\S*detect\.\(\*order\)\.\S+|\S*detect\.start\S*|testing\.\S+)\n      [^\n]*\n`)
	kitFrames  = regexp.MustCompile(`(?m)^\S*detect\.(\(\*order\)\.carryOut|start)\.func\d[^\n]*\n\t[^\n]*\n?|^created by \S*detect\.start[^\n]*\n\t[^\n]*\n?`)
)

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

func readFile(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "" // the child never wrote it
	}
	return string(text)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// headAndTail keeps the first and the last half of its room: a scenario may
// print without end.
type headAndTail struct {
	head, tail []byte
	lost       int
	total      atomic.Int64
}

const room = 64 << 10

func (b *headAndTail) Write(p []byte) (int, error) {
	n := len(p)
	b.total.Add(int64(n))
	if k := min(room-len(b.head), len(p)); k > 0 {
		b.head = append(b.head, p[:k]...)
		p = p[k:]
	}
	b.tail = append(b.tail, p...)
	if over := len(b.tail) - room; over > 0 {
		b.lost += over
		b.tail = append(b.tail[:0], b.tail[over:]...)
	}
	return n, nil
}

func (b *headAndTail) String() string {
	if b.lost == 0 {
		return string(b.head) + string(b.tail)
	}
	return fmt.Sprintf("%s\n[%d bytes left out]\n%s", b.head, b.lost, b.tail)
}
