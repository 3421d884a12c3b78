package run

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/goguide/workshop/internal/course"
)

// against runs an attendee's test on each variant of the code that it is for:
// it must pass on those named right*.go and fail on the others. The first
// verdict that says something counts.
func against(ctx context.Context, x *course.Exercise, edit string, n int, cpu string) (Verdict, error) {
	paths := rightFirst(x.Variants())
	verdicts, errs := make([]Verdict, len(paths)), make([]error, len(paths))
	begin := time.Now()
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() { verdicts[i], errs[i] = variant(ctx, x, edit, path, n, cpu) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return Verdict{}, err
	}
	var missed []string
	total := Verdict{Run: time.Since(begin)}
	for i, v := range verdicts {
		name := strings.TrimSuffix(filepath.Base(paths[i]), ".go")
		right := isRight(paths[i])
		total.Output += "## " + name + "\n" + v.Output + "\n"
		switch {
		case v.Result == Compile || v.Result == Broken || v.Headline == noTest:
			return v, nil
		case right && v.Result != Passed:
			v.Headline = "your test fails on code that is right" + other(name) + ": " + v.Headline
			v.Output = total.Output
			return v, nil
		case !right && (v.Result == Passed || v.Headline == incomplete):
			missed = append(missed, "not noticed: "+strings.ReplaceAll(name, "-", " "))
		}
	}
	total.Result, total.Headline = Passed, "passed: right code passes your test, and each bug fails it"
	if len(missed) > 0 {
		total.Result = Failed
		total.Headline = "your test passes, and would pass with a bug put back as well"
		total.Lines = missed
	}
	return total, nil
}

// other says that right code is not the one that the attendee sees: of
// right-buffered, say.
func other(name string) string {
	what := strings.TrimPrefix(strings.TrimPrefix(name, "right"), "-")
	if what == "" {
		return ""
	}
	return " (other code than yours: " + strings.ReplaceAll(what, "-", " ") + ")"
}

// variant runs the attendee's test on one variant. What finds a bug by luck
// must not count, so one pass in three runs is a pass.
func variant(ctx context.Context, x *course.Exercise, edit, path string, n int, cpu string) (Verdict, error) {
	b, none, err := Build(ctx, x, map[string]string{x.Swap: path, x.Edit: edit})
	if err != nil || none != nil {
		return orZero(none), err
	}
	defer b.Remove()
	if isRight(path) {
		return b.Run(ctx, 3*n, cpu)
	}
	var v Verdict
	for range 3 * n {
		if v, err = b.Run(ctx, 1, ""); err != nil || v.Result == Passed {
			break
		}
	}
	return v, err
}

func isRight(path string) bool { return strings.HasPrefix(filepath.Base(path), "right") }

// rightFirst puts right code first, and right.go, which the attendee sees, before
// the rest of that.
func rightFirst(paths []string) []string {
	rank := func(path string) int {
		switch {
		case filepath.Base(path) == "right.go":
			return 0
		case isRight(path):
			return 1
		}
		return 2
	}
	sorted := slices.Clone(paths)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return sorted
}
