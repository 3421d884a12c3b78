package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/run"
	"example.com/goguide/workshop/internal/session"
)

func list(_ context.Context, c *call) int {
	all, told, err := c.Status()
	if err != nil {
		return c.fail(err)
	}
	if told != "" {
		fmt.Fprintln(c.errs, "workshop:", told)
	}
	for _, st := range all {
		mark := " "
		switch {
		case st.Done:
			mark = "✓"
		case st.Skipped:
			mark = "»"
		}
		fmt.Fprintf(c.out, "%s %-16s %-42s %s%s\n", mark, st.Name, st.Title, course.Kinds[st.Kind], remark(st))
	}
	return exitOK
}

func remark(st session.Status) string {
	switch {
	case st.Missing:
		return " (the file is missing)"
	case st.Edited && !st.Done:
		return " (begun)"
	}
	return ""
}

func status(_ context.Context, c *call) int {
	all, told, err := c.Status()
	if err != nil {
		return c.fail(err)
	}
	if c.json {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "\t")
		if err := enc.Encode(all); err != nil {
			return c.fail(err)
		}
		return exitOK
	}
	if told != "" {
		fmt.Fprintln(c.errs, "workshop:", told)
	}
	done, skipped := 0, 0
	for _, st := range all {
		if st.Done {
			done++
		}
		if st.Skipped {
			skipped++
		}
	}
	fmt.Fprintf(c.out, "%d of %d done", done, len(all))
	if skipped > 0 {
		fmt.Fprintf(c.out, ", %d skipped on the fast track", skipped)
	}
	fmt.Fprintln(c.out)
	next, err := c.Next()
	if err != nil {
		return c.fail(err)
	}
	if next != nil {
		fmt.Fprintf(c.out, "next: %s, %s\n", next.Name, next.Title)
	}
	return exitOK
}

// one returns the exercise that is named, else the next; nil with an exit code.
func (c *call) one(named bool) (*course.Exercise, int) {
	switch {
	case len(c.names) > 1 || named && len(c.names) == 0:
		fmt.Fprint(c.errs, "workshop: name one exercise; list shows them\n")
		return nil, exitUsage
	case len(c.names) == 1:
		x, err := c.Course.Find(c.names[0])
		if err != nil {
			fmt.Fprintln(c.errs, "workshop:", err)
			return nil, exitUsage
		}
		return x, exitOK
	}
	x, err := c.Next()
	if err != nil {
		return nil, c.fail(err)
	}
	if x == nil {
		fmt.Fprintln(c.out, c.nothingLeft())
	}
	return x, exitOK
}

// nothingLeft says what is left where there is no next exercise.
func (c *call) nothingLeft() string {
	c.Fast = false
	if x, err := c.Next(); err == nil && x != nil {
		return "The fast track ends here. Without -fast the next exercise is " + x.Name + "."
	}
	return "All exercises are done."
}

func check(ctx context.Context, c *call) int {
	x, code := c.one(false)
	if x == nil {
		return code
	}
	v, err := c.Check(ctx, x)
	if v.Result == "" {
		return c.fail(err)
	}
	fmt.Fprintf(c.out, "%s  %s\n\n%s: %s (%.1f s)\n", x.Name, x.Title,
		strings.ToUpper(string(v.Result)), v.Headline, (v.Build + v.Run).Seconds())
	lines := v.Lines
	if c.full {
		lines = strings.Split(strings.TrimRight(v.Output, "\n"), "\n")
	}
	for _, l := range lines {
		fmt.Fprintln(c.out, "  "+l)
	}
	if err != nil {
		fmt.Fprintln(c.errs, "workshop:", err)
	}
	switch v.Result {
	case run.Passed:
		c.after(x)
		return exitOK
	case run.Broken:
		return exitBroken
	default:
	}
	fmt.Fprintf(c.out, "\nEdit %s.\nA hint: go run ./workshop hint %s\n", c.shown(x.Edited()), x.Name)
	return exitNotPassed
}

// after shows what to take away, and what comes next.
func (c *call) after(x *course.Exercise) {
	fmt.Fprintf(c.out, "\n%s\n\nThe solution: go run ./workshop solution %s\n", x.Solved, x.Name)
	if next, err := c.Next(); err == nil && next != nil {
		fmt.Fprintf(c.out, "Next: %s, %s\n", next.Name, next.Title)
	}
}

// shown is a path as seen from the folder above the course's module.
func (c *call) shown(path string) string {
	rel, err := filepath.Rel(filepath.Dir(filepath.Dir(c.Course.Dir)), path)
	if err != nil {
		return path
	}
	return rel
}

func hint(_ context.Context, c *call) int {
	x, code := c.one(false)
	if x == nil {
		return code
	}
	hints, err := c.Hint(x)
	if err != nil {
		fmt.Fprintln(c.errs, "workshop:", err)
	}
	for i, h := range hints {
		fmt.Fprintf(c.out, "Hint %d of %d\n%s\n\n", i+1, len(x.Hints), h)
	}
	return exitOK
}

func reset(_ context.Context, c *call) int {
	exercises := c.Course.Exercises
	if !c.all {
		x, code := c.one(true)
		if x == nil {
			return code
		}
		exercises = []*course.Exercise{x}
	}
	for _, x := range exercises {
		kept, err := c.Reset(x)
		if kept != "" {
			fmt.Fprintf(c.out, "%s is as shipped; yours is in %s\n", x.Name, c.shown(kept))
		} else if err == nil && !c.all {
			fmt.Fprintf(c.out, "%s is as shipped\n", x.Name)
		}
		if err != nil {
			return c.fail(err)
		}
	}
	return exitOK
}

func solution(_ context.Context, c *call) int {
	x, code := c.one(true)
	if x == nil {
		return code
	}
	text, err := c.Solution(x, c.now)
	if errors.Is(err, session.ErrNotYet) {
		fmt.Fprintf(c.errs, "workshop: %s is not passed yet. There are hints; with -now you get the solution all the same.\n", x.Name)
		return exitNotPassed
	}
	if text == "" {
		return c.fail(err)
	}
	if err != nil {
		fmt.Fprintln(c.errs, "workshop:", err)
	}
	fmt.Fprint(c.out, text)
	return exitOK
}

func rounded(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
