// Package run gives the verdict on an exercise: it compiles the test with the
// race detector, runs it within a limit of time and of output, and finds the
// lines that matter in what it printed.
package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/goguide/workshop/internal/course"
)

// A Result is how a run ended.
type Result string

// The results. Broken is not about the exercise: there is no compiler for the
// race detector, say, and the headline tells what to do.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Compile Result = "does not compile"
	Race    Result = "race"
	Left    Result = "goroutines left"
	Hang    Result = "hang"
	Panic   Result = "panic"
	Flood   Result = "flood"
	Broken  Result = "cannot run"
)

// A Verdict is what an attendee sees.
type Verdict struct {
	Result   Result
	Headline string   // one line
	Lines    []string // what matters of the output
	Output   string   // all of it, at most Cap
	Build    time.Duration
	Run      time.Duration
}

func broken(format string, args ...any) *Verdict {
	return &Verdict{Result: Broken, Headline: fmt.Sprintf(format, args...)}
}

// Check tests what the attendee wrote. An error is ctx's, or about files that
// the course itself consists of.
func Check(ctx context.Context, x *course.Exercise) (Verdict, error) {
	if _, err := os.Stat(x.Edited()); errors.Is(err, fs.ErrNotExist) {
		return *broken("%s is missing: reset brings it back", x.Edit), nil
	}
	if x.Kind == "test" {
		return against(ctx, x, x.Edited(), 1, "")
	}
	return once(ctx, x, nil, 1, "")
}

// Instead tests a file in place of the edited one, beside files as shipped. It
// does so n times, each with a verdict of its own: who fails by luck must be
// seen to pass.
func Instead(ctx context.Context, x *course.Exercise, path string, n int) ([]Verdict, error) {
	verdicts := make([]Verdict, 0, n)
	try := func() (Verdict, error) { return against(ctx, x, path, 1, "") }
	if x.Kind != "test" {
		b, v, err := Build(ctx, x, map[string]string{x.Edit: path})
		if err != nil || v != nil {
			return append(verdicts, orZero(v)), err
		}
		defer b.Remove()
		try = func() (Verdict, error) { return b.Run(ctx, 1, "") }
	}
	for range n {
		v, err := try()
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

// Repeatedly tests a file in place of the edited one n times, at each of the
// numbers of processors in cpu, and gives one verdict on all of that.
func Repeatedly(ctx context.Context, x *course.Exercise, path string, n int, cpu string) (Verdict, error) {
	if x.Kind == "test" {
		return against(ctx, x, path, n, cpu)
	}
	return once(ctx, x, map[string]string{x.Edit: path}, n, cpu)
}

func once(ctx context.Context, x *course.Exercise, replace map[string]string, n int, cpu string) (Verdict, error) {
	b, v, err := Build(ctx, x, replace)
	if err != nil || v != nil {
		return orZero(v), err
	}
	defer b.Remove()
	return b.Run(ctx, n, cpu)
}

func orZero(v *Verdict) Verdict {
	if v == nil {
		return Verdict{}
	}
	return *v
}

// Run runs the tests count times, at each of the numbers of processors in cpu
// ("" for as many as there are).
func (b *Binary) Run(ctx context.Context, count int, cpu string) (Verdict, error) {
	limit := b.x.Limit * time.Duration(count*(1+strings.Count(cpu, ",")))
	dir := b.x.Dir
	if _, err := os.Stat(dir); err != nil {
		dir = filepath.Dir(b.x.Original(b.x.Edit))
	}
	argv := []string{
		b.path, "-test.v=test2json", "-test.paniconexit0",
		"-test.timeout=" + limit.String(), "-test.count=" + strconv.Itoa(count),
	}
	if cpu != "" {
		argv = append(argv, "-test.cpu="+cpu)
	}
	// The test ends itself with a dump of all goroutines; where it cannot,
	// this limit ends it.
	e, err := start(ctx, dir, limit+3*time.Second, argv...)
	if err != nil {
		return Verdict{}, err
	}
	v := b.judge(e)
	v.Build, v.Run = b.Took, e.took
	return v, nil
}
