// Package verify proves exercises: as shipped they compile and fail for the
// stated reason, each wrong fix fails for its own, and the solution passes,
// again and again, under the race detector.
package verify

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/run"
)

// CPU is at how many processors solutions run.
const CPU = "1,2,8"

// A Report is on one exercise.
type Report struct {
	Problems []string
	Variants int           // files that were tried
	Verdict  time.Duration // as shipped: to build and to run it
	Total    time.Duration
}

// Exercise proves one exercise; its solution passes n times at each of [CPU].
func Exercise(ctx context.Context, x *course.Exercise, n int) (Report, error) {
	begin := time.Now()
	r := Report{}
	changed, err := x.Changed()
	if err != nil {
		return r, err
	}
	for _, name := range changed {
		r.sayf("%s differs from answers/%s/original/%[1]s: reset it, or copy it there", name, x.Name)
	}
	if text, err := x.Task(); err != nil || !strings.Contains(text, "# Your task") {
		r.sayf("the package comment has no section # Your task")
	}
	if err := r.fails(ctx, x, x.Original(x.Edit), x.Fails); err != nil {
		return r, err
	}
	if len(x.Wrong()) == 0 {
		r.sayf("no wrong fix in answers/%s/wrong", x.Name)
	}
	for _, path := range x.Wrong() {
		why, err := course.Fails(path)
		if err != nil {
			return r, err
		}
		if err := r.fails(ctx, x, path, why); err != nil {
			return r, err
		}
	}
	err = r.passes(ctx, x, n)
	r.Total = time.Since(begin)
	return r, err
}

func (r *Report) sayf(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// fails wants a run that fails, whose verdict contains why.
func (r *Report) fails(ctx context.Context, x *course.Exercise, path, why string) error {
	r.Variants++
	v, err := run.Instead(ctx, x, path)
	if err != nil {
		return err
	}
	if path == x.Original(x.Edit) {
		r.Verdict = v.Build + v.Run
	}
	name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
	shown := v.Headline + "\n" + strings.Join(v.Lines, "\n")
	switch {
	case v.Result == run.Passed:
		r.sayf("%s passes", name)
	case v.Result == run.Compile || v.Result == run.Broken:
		r.sayf("%s %s: %s", name, v.Result, strings.Join(v.Lines, "; "))
	case !strings.Contains(shown, why):
		r.sayf("%s fails, but not with %q:\n%s", name, why, shown)
	default:
	}
	return nil
}

func (r *Report) passes(ctx context.Context, x *course.Exercise, n int) error {
	r.Variants++
	v, err := run.Repeatedly(ctx, x, x.Solution(), n, CPU)
	if err != nil {
		return err
	}
	if v.Result != run.Passed {
		r.sayf("solution.go: %s: %s\n%s", v.Result, v.Headline, strings.Join(v.Lines, "\n"))
	}
	return nil
}
