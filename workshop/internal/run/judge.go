package run

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// judge reads the output of a test binary. The framing of -test.v=test2json
// tells the lines of package testing from what the attendee's code prints.
func (b *Binary) judge(e end) Verdict {
	o := read(string(e.output))
	v := Verdict{Output: o.text}
	races := b.races(o.lines)
	dump := b.dump(o.lines)
	switch {
	case e.flood:
		v.Result = Flood
		v.Headline = fmt.Sprintf("stopped: it printed more than %d MiB", Cap>>20)
		v.Lines = firstLines(o.lines, 3)
	case dump.timeout || e.limit:
		v.Result = Hang
		v.Headline = fmt.Sprintf("not done after %v", b.x.Limit)
		v.Lines = dump.goroutines
	case len(o.messages) > 0:
		v.Result = Failed
		v.Headline = "a test fails"
		v.Lines = withRaces(o.messages, races)
	case dump.message != "" && !dump.left && !dump.deadlock:
		v.Result = Panic
		v.Headline = dump.message
		v.Lines = withRaces(dump.goroutines, races)
	case len(races) > 0:
		v.Result = Race
		v.Headline = "the race detector reports a data race"
		v.Lines = races
	case dump.left:
		v.Result = Left
		v.Headline = "the test is over, and goroutines are left that will never end"
		v.Lines = dump.goroutines
	case dump.deadlock:
		v.Result = Left
		v.Headline = "deadlock: all goroutines of the test wait for each other"
		v.Lines = dump.goroutines
	case e.code != 0:
		v.Result = Failed
		v.Headline = fmt.Sprintf("the test ended with exit code %d", e.code)
		v.Lines = lastLines(o.lines, 8)
	default:
		v.Result, v.Headline = Passed, "passed"
		b.complete(&v, o)
	}
	v.Lines = brief(v.Lines)
	return v
}

func withRaces(lines, races []string) []string {
	if len(races) == 0 {
		return lines
	}
	return append(append(lines, "And the race detector reports a data race:"), races...)
}

// incomplete is the headline of what complete finds.
const incomplete = "not all tests ran"

// complete turns a verdict around where a test did not run to its end: skipped,
// or the process ended with exit code 0 before.
func (b *Binary) complete(v *Verdict, o output) {
	for _, name := range b.tests {
		if o.status[name] == "PASS" {
			continue
		}
		v.Result = Failed
		v.Headline = incomplete
		how := "was not run: something ended the process before"
		if o.status[name] == "SKIP" {
			how = "was skipped"
		}
		v.Lines = append(v.Lines, name+" "+how)
	}
}

// output is what a test binary printed, taken apart.
type output struct {
	text     string
	lines    []string
	messages []string          // of t.Error and the like, in tests that failed
	status   map[string]string // PASS, FAIL or SKIP by test
}

var (
	result  = regexp.MustCompile(`^\s*--- (PASS|FAIL|SKIP): (\S+)`)
	began   = regexp.MustCompile(`^\s*=== (?:RUN|NAME|CONT|PAUSE) +(\S*)`)
	message = regexp.MustCompile(`^\s+\w+\.go:\d+: `)
	control = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]`)
)

const frame = "\x16" // begins each line of package testing itself

func read(raw string) output {
	o := output{status: map[string]string{}}
	raw = strings.ReplaceAll(raw, "\r\n", "\n")
	raw = strings.ReplaceAll(raw, frame, "\n"+frame)
	test, inMessage := "", false
	var messages []said
	for line := range strings.Lines(raw) {
		line, framed := strings.CutPrefix(strings.TrimRight(line, "\n"), frame)
		line = control.ReplaceAllString(line, "")
		if m := began.FindStringSubmatch(line); framed && m != nil {
			test, inMessage = m[1], false
			continue
		}
		if line == "" && !inMessage {
			continue
		}
		o.lines = append(o.lines, line)
		m := result.FindStringSubmatch(line)
		switch {
		case framed && m != nil:
			o.is(m[2], m[1])
			inMessage = false
		case fromTesting(line):
			inMessage = false
		case message.MatchString(line):
			inMessage = true
			messages = append(messages, said{test, strings.TrimSpace(line)})
		case inMessage && strings.HasPrefix(line, "        "):
			messages = append(messages, said{test, "  " + strings.TrimSpace(line)})
		default:
			inMessage = false
		}
	}
	o.text = strings.Join(o.lines, "\n")
	for _, s := range messages {
		if o.status[s.test] == "FAIL" {
			o.messages = append(o.messages, s.text)
		}
	}
	return o
}

// said is a line of a message, and the test that it came from.
type said struct{ test, text string }

// is notes how a run of a test ended. Of many runs the worst counts.
func (o *output) is(test, how string) {
	if s := o.status[test]; s == "" || s == "PASS" {
		o.status[test] = how
	}
}

func fromTesting(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "testing.go:")
}

// brief drops what was said before, as repeated runs say it, and the end of
// what is long.
func brief(lines []string) []string {
	const most = 16
	var short []string
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l] {
			continue
		}
		seen[l] = true
		if len(short) == most {
			return append(short, "… and more: see the full output")
		}
		short = append(short, l)
	}
	return short
}

func firstLines(lines []string, n int) []string {
	short := slices.Clone(lines[:min(n, len(lines))])
	for i, l := range short {
		if len(l) > 200 {
			short[i] = l[:200] + "…"
		}
	}
	return short
}

func lastLines(lines []string, n int) []string {
	return firstLines(lines[max(0, len(lines)-n):], n)
}
