package run

import (
	"regexp"
	"strings"
)

// compiled returns the verdict on a build that failed, nil for one that did
// not.
func compiled(e end) *Verdict {
	text := strings.ReplaceAll(string(e.output), "\r\n", "\n")
	switch {
	case e.limit:
		return broken("the compiler was not done after %v", buildLimit)
	case e.code == 0:
		return nil
	}
	for _, k := range known {
		if k.seen.MatchString(text) {
			v := broken("%s", k.what)
			v.Lines, v.Output = []string{k.seen.FindString(text)}, text
			return v
		}
	}
	v := &Verdict{Result: Compile, Headline: "the compiler says", Output: text}
	if m := lacking.FindStringSubmatch(text); m != nil {
		v.Headline = "the workshop does not have " + m[1]
		v.Lines = []string{"The standard library is there, and golang.org/x/sync."}
		return v
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := position.FindStringSubmatch(line); m != nil {
			v.Lines = append(v.Lines, m[1])
		} else if strings.HasPrefix(line, "\t") && len(v.Lines) > 0 {
			v.Lines = append(v.Lines, "  "+strings.TrimSpace(line))
		}
	}
	if len(v.Lines) == 0 {
		v.Lines = firstLines(strings.Split(strings.TrimSpace(text), "\n"), 8)
	} else if strings.Contains(v.Lines[0], "_test.go:") {
		v.Lines = append(v.Lines, "The test uses your code as it was shipped: keep names and signatures.")
	}
	return v
}

var position = regexp.MustCompile(`^(?:.*[/\\])?([\w.-]+\.go:\d+:(?:\d+:)? .*)$`)

// lacking is said of an import that no module here has.
var lacking = regexp.MustCompile(`no required module provides package ([^;\s]+)`)

// known are failures of the machine, not of the attendee's code.
var known = []struct {
	seen *regexp.Regexp
	what string
}{
	{
		regexp.MustCompile(`C compiler .* not found|-race requires cgo|cgo: .*executable file not found.*`),
		"the race detector needs a C compiler: install gcc (on Debian: apt-get install gcc libc6-dev)",
	},
	{
		regexp.MustCompile(`-race is (?:only|not) supported on .*`),
		"the race detector does not run on this system: see go help build",
	},
	{
		regexp.MustCompile(`go(?:\.mod|\.work)? requires go >= .*|requires go >= .*`),
		"this Go is too old: install the version that the line below asks for",
	},
	{
		regexp.MustCompile(`dial tcp.*|cannot find module .*`),
		"a module is not there: run make prefetch once while the network is up",
	},
	{
		regexp.MustCompile(`no space left on device`),
		"the disk is full",
	},
}
