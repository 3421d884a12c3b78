// Package verify proves exercises: as shipped they compile and fail for the
// stated reason, each wrong fix fails for its own, and the solution passes:
// each again and again, under the race detector.
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

// Exercise proves one exercise: what must fail fails n times, and its solution
// passes n times at each of [CPU]. Without wrong, the wrong fixes are left out.
func Exercise(ctx context.Context, x *course.Exercise, n int, wrong bool) (Report, error) {
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
	if err := r.fails(ctx, x, x.Original(x.Edit), x.Fails, n); err != nil {
		return r, err
	}
	if len(x.Wrong()) == 0 {
		r.sayf("no wrong fix in answers/%s/wrong", x.Name)
	}
	for _, path := range x.Wrong() {
		if !wrong {
			break
		}
		why, err := course.Fails(path)
		if err != nil {
			return r, err
		}
		if err := r.fails(ctx, x, path, why, n); err != nil {
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

// fails wants n runs that fail, each with a verdict that contains why.
func (r *Report) fails(ctx context.Context, x *course.Exercise, path, why string, n int) error {
	r.Variants++
	verdicts, err := run.Instead(ctx, x, path, n)
	if err != nil {
		return err
	}
	if v := verdicts[0]; path == x.Original(x.Edit) {
		r.Verdict = v.Build + v.Run
	}
	name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
	for i, v := range verdicts {
		if problem := notFor(why, v); problem != "" {
			r.sayf("%s %s (run %d of %d)", name, problem, i+1, n)
			break // one is enough to look at
		}
	}
	return nil
}

// notFor says how a verdict is not the failure that contains why; "" if it is.
func notFor(why string, v run.Verdict) string {
	shown := v.Headline + "\n" + strings.Join(v.Lines, "\n")
	switch {
	case v.Result == run.Passed:
		return "passes"
	case v.Result == run.Compile || v.Result == run.Broken:
		return fmt.Sprintf("%s: %s", v.Result, strings.Join(v.Lines, "; "))
	case !strings.Contains(shown, why):
		return fmt.Sprintf("fails, but not with %q:\n%s", why, shown)
	default:
		return ""
	}
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
