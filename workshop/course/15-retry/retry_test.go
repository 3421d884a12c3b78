package retry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var errBusy = errors.New("busy")

// seconds at which calls began, and what they return.
type script struct {
	start time.Time
	began []int
	errs  []error // of the first calls; then nil
	takes time.Duration
}

func (s *script) call(ctx context.Context) error {
	s.began = append(s.began, int(time.Since(s.start).Seconds()))
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return fmt.Errorf("%w, and ctx has ended", errBusy)
	}
	if n := len(s.began); n <= len(s.errs) {
		return s.errs[n-1]
	}
	return nil
}

// in runs f in a bubble, with a ctx that ends after so many seconds.
func in(t *testing.T, seconds int, errs []error, f func(ctx context.Context, s *script)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second)
		defer cancel()
		f(ctx, &script{start: time.Now(), errs: errs})
	})
}

func busy(n int) []error { return slices.Repeat([]error{errBusy}, n) }

func (s *script) want(t *testing.T, began ...int) {
	t.Helper()
	if !slices.Equal(s.began, began) {
		t.Errorf("Calls began after %v seconds, not after %v.", s.began, began)
	}
}

func (s *script) tookExactly(t *testing.T, seconds int, why string) {
	t.Helper()
	if took := time.Since(s.start); took != time.Duration(seconds)*time.Second {
		t.Errorf("Retry returned after %v, not after %ds: %s.", took, seconds, why)
	}
}

func TestRetry_succeedsInTheEnd(t *testing.T) {
	in(t, 3600, busy(3), func(ctx context.Context, s *script) {
		if err := Retry(ctx, 5, time.Second, s.call); err != nil {
			t.Errorf("The fourth call succeeded, and Retry returned %v.", err)
		}
		s.want(t, 0, 1, 3, 7)
	})
}

func TestRetry_givesUp(t *testing.T) {
	in(t, 3600, busy(9), func(ctx context.Context, s *script) {
		if err := Retry(ctx, 3, time.Second, s.call); !errors.Is(err, errBusy) {
			t.Errorf("All calls failed with %q, and errors.Is does not find that in %v.", errBusy, err)
		}
		s.want(t, 0, 1, 3)
		s.tookExactly(t, 3, "after the last call there is nothing to wait for")
	})
}

func TestRetry_doesNotRepeatWhatIsPermanent(t *testing.T) {
	refused := fmt.Errorf("card refused: %w", Permanent)
	in(t, 3600, []error{errBusy, fmt.Errorf("paying: %w", refused)}, func(ctx context.Context, s *script) {
		if err := Retry(ctx, 5, time.Second, s.call); !errors.Is(err, refused) {
			t.Errorf("A card was refused for good, and Retry returned %v.", err)
		}
		s.want(t, 0, 1)
	})
}

func TestRetry_endsWithCtx(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		takes time.Duration
		began []int
	}{
		"in a wait": {10 * time.Second, 0, []int{0, 4}},
		"in a call": {5 * time.Second, 6 * time.Second, []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// A cancel tells nothing beforehand, as a deadline would.
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(c.after, cancel)
				s := &script{start: time.Now(), errs: busy(9), takes: c.takes}
				err := Retry(ctx, 9, 4*time.Second, s.call)
				s.want(t, c.began...)
				s.tookExactly(t, int(c.after.Seconds()), "that is when ctx was cancelled")
				if !errors.Is(err, context.Canceled) || !errors.Is(err, errBusy) {
					t.Errorf("errors.Is must find ctx's error and that of the last call in %v.", err)
				}
			})
		})
	}
}

func TestRetry_doesNotWaitForWhatComesTooLate(t *testing.T) {
	in(t, 5, busy(9), func(ctx context.Context, s *script) {
		err := Retry(ctx, 9, 2*time.Second, s.call)
		s.want(t, 0, 2)
		s.tookExactly(t, 2, "the next call would begin after 6s, and the deadline is after 5s")
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errBusy) {
			t.Errorf("errors.Is must find context.DeadlineExceeded and the last call's error in %v.", err)
		}
	})
}
