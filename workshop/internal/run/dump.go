package run

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// dump is what a crash printed, cut to the attendee's lines.
type dump struct {
	message    string // of the panic or the fatal error
	timeout    bool   // of the test
	left       bool   // synctest: goroutines are left
	deadlock   bool   // synctest: nobody can go on
	goroutines []string
}

var (
	crash = regexp.MustCompile(`^(panic: |fatal error: )(.*)`)
	head  = regexp.MustCompile(`^goroutine \d+ (?:.*)\[(.+)\]:$`)
	at    = regexp.MustCompile(`^\s+(.+[/\\])?([\w.-]+\.go):(\d+)(?: \+0x[0-9a-f]+)?$`)
)

func (b *Binary) dump(lines []string) dump {
	var d dump
	var seen []string
	many := map[string]int{}
	for i, line := range lines {
		if m := crash.FindStringSubmatch(line); m != nil && d.message == "" {
			d.message = strings.TrimSuffix(strings.TrimSuffix(line, " [recovered, repanicked]"), " [recovered]")
			d.message = strings.TrimPrefix(d.message, "panic: ")
			d.timeout = strings.HasPrefix(m[2], "test timed out after")
			d.left = strings.HasPrefix(m[2], "deadlock: main bubble goroutine has exited")
			d.deadlock = strings.HasPrefix(m[2], "deadlock: all goroutines in bubble")
			continue
		}
		m := head.FindStringSubmatch(line)
		if m == nil || d.message == "" {
			continue
		}
		where := b.first(lines[i+1:])
		if where == "" {
			continue
		}
		text := where + "  " + state(m[1])
		if many[text] == 0 {
			seen = append(seen, text)
		}
		many[text]++
	}
	d.goroutines = b.counted(seen, many)
	return d
}

// counted says where goroutines are, those in the edited file first.
func (b *Binary) counted(seen []string, many map[string]int) []string {
	var own, others []string
	for _, text := range seen {
		counted := text
		if n := many[text]; n > 1 {
			counted += fmt.Sprintf("  (%d goroutines)", n)
		}
		if strings.HasPrefix(text, b.x.Edit) {
			own = append(own, counted)
		} else {
			others = append(others, counted)
		}
	}
	return append(own, others...)
}

// state names what a goroutine waits for, in a reader's words.
func state(s string) string {
	s, _, _ = strings.Cut(s, ",")
	s = strings.TrimSuffix(s, " (durable)")
	switch s {
	case "running":
		return "here"
	case "runnable":
		return "runs, and waits for nothing"
	}
	return "waits: " + s
}

// first returns where a stack, up to its end, first touches the file that is
// edited, or else the exercise: "stock.go:12 Take".
func (b *Binary) first(stack []string) string {
	other := ""
	for i, line := range stack {
		if head.MatchString(line) || strings.HasPrefix(line, "=====") ||
			section.MatchString(line) {
			break
		}
		m := at.FindStringSubmatch(line)
		if m == nil || i == 0 || filepath.Base(filepath.Clean(m[1])) != b.x.Name {
			continue
		}
		if strings.HasPrefix(stack[i-1], "created by") {
			continue
		}
		text := fmt.Sprintf("%s:%s  %s", m[2], m[3], function(stack[i-1]))
		if m[2] == b.x.Edit {
			return text
		}
		if other == "" {
			other = text
		}
	}
	return other
}

// function cuts example.com/x/01-y.(*T).F.func1(0xc000, …) to (*T).F.
func function(line string) string {
	line = strings.TrimSpace(line)
	if i := strings.LastIndex(line, "/"); i >= 0 {
		line = line[i+1:]
	}
	_, name, _ := strings.Cut(line, ".")
	if i := strings.LastIndex(name, "("); i > 0 {
		name = name[:i]
	}
	return literal.ReplaceAllString(name, "")
}

var literal = regexp.MustCompile(`(\.func\d+|\.gowrap\d+|\.\d+|-range\d+)+$`)

var section = regexp.MustCompile(`^\s*(Write|Read|Previous write|Previous read|Atomic write|Atomic read|` +
	`Previous atomic write|Previous atomic read|Goroutine \d+) .*:$`)

// races cuts each report of the race detector to its two accesses.
func (b *Binary) races(lines []string) []string {
	var short []string
	seen := map[string]bool{}
	for i, line := range lines {
		m := section.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[1], "Goroutine") {
			continue
		}
		where := b.first(lines[i+1:])
		if where == "" {
			where = b.started(line, lines[i+1:])
		}
		text := fmt.Sprintf("%-15s %s", strings.ToLower(m[1])+":", where)
		if !seen[text] && len(short) < 6 {
			short = append(short, text)
		}
		seen[text] = true
	}
	return short
}

var number = regexp.MustCompile(`goroutine (\d+):$`)

// started names the goroutine of an access inside the standard library, whose
// report need not hold a line of the exercise.
func (b *Binary) started(access string, rest []string) string {
	if m := number.FindStringSubmatch(access); m != nil {
		for i, line := range rest {
			if strings.HasPrefix(strings.TrimSpace(line), "Goroutine "+m[1]+" ") {
				if where := b.first(rest[i+1:]); where != "" {
					return "by the goroutine started at " + where
				}
				break
			}
		}
	}
	return "outside of the exercise: see the full output"
}
