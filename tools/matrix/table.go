package main

import (
	"fmt"
	"io"
	"strings"

	"example.com/goguide/tools/internal/notes"
)

var detectors = notes.Dynamic

const module = "example.com/goguide/"

// printTable shows the rows to a person.
func printTable(out io.Writer, bugs []bug) {
	width := 0
	for _, b := range bugs {
		width = max(width, len(b.pkg)+1+len(b.name))
	}
	part := ""
	for _, b := range bugs {
		if b.part != part {
			part = b.part
			fmt.Fprintf(out, "%-*s", width, part)
			for _, d := range detectors {
				fmt.Fprintf(out, "  %-11s", d)
			}
			fmt.Fprintln(out, "  without running it")
		}
		fmt.Fprintf(out, "%-*s", width, b.pkg+"."+b.name)
		for _, d := range detectors {
			fmt.Fprintf(out, "  %-11s", strings.Trim(b.mark(d), "*"))
		}
		fmt.Fprintln(out, " ", strings.TrimSpace(strings.Join(b.static, ", ")+" "+b.note()))
	}
	fmt.Fprint(out, legend)
}

const legend = `
caught: the detector reports it. ·: it is silent. open: neither mode could look.
–: it does not build, or vet refuses it, so nothing runs it. In parentheses:
"test", an assertion sees it; "until go1.N", that release ended it.

`

// note is what stands in parentheses behind a row.
func (b bug) note() string {
	others := b.others
	if b.test {
		others = append([]string{"test"}, others...)
	}
	if len(others) == 0 {
		return ""
	}
	return "(" + strings.Join(others, ", ") + ")"
}

// mark keeps the table narrow: what is silent is a dot.
func (b bug) mark(detector string) string {
	state := b.states[detector]
	switch {
	case b.unrun:
		return "–"
	case state == "caught":
		return "**caught**"
	case state == "silent":
		return "·"
	default:
		return state
	}
}
