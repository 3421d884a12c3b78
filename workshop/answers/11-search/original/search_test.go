package search

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Each test is a bubble. When it ends while a goroutine in it waits for what
// cannot come any more, synctest reports that goroutine.

var errDisk = errors.New("cannot read the disk")

// A file is a log of so many lines, and takes a second to be closed.
type file struct {
	lines  int
	infos  bool          // every other one is an INFO, and not an ERROR
	every  time.Duration // between two lines
	fails  error         // after the last line; nil for io.EOF
	read   atomic.Int32
	closed atomic.Int32
}

func (f *file) Next(ctx context.Context) (string, error) {
	if f.every > 0 {
		select {
		case <-time.After(f.every):
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	n := int(f.read.Add(1))
	switch {
	case n > f.lines && f.fails != nil:
		return "", f.fails
	case n > f.lines:
		return "", io.EOF
	case f.infos && n%2 == 0:
		return fmt.Sprint("INFO line ", n), nil
	default:
		return fmt.Sprint("ERROR line ", n), nil
	}
}

func (f *file) Close() {
	time.Sleep(time.Second)
	f.closed.Add(1)
}

func isError(e Entry) bool { return e.Level == "ERROR" }

// isClosed is called when First has returned, at that very moment.
func (f *file) isClosed(t *testing.T) {
	t.Helper()
	if n := f.closed.Load(); n != 1 {
		t.Errorf("First has returned, and the log was closed %d times: too many files are open soon.", n)
	}
}

func TestFirst_leavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &file{lines: 2_000}
		found, err := First(t.Context(), log, 3, func(e Entry) bool {
			time.Sleep(time.Second) // so each stage has the next one ready
			return isError(e)
		})
		if err != nil || len(found) != 3 || found[2] != (Entry{"ERROR", "line 3"}) {
			t.Errorf("The first three errors are in lines 1, 2 and 3. First returned %v, %v.", found, err)
		}
		synctest.Wait()
		// Three are needed, and each of three stages may have one or two more.
		if n := log.read.Load(); n > 12 {
			t.Errorf("The first three errors are in the first three lines, and %d lines were read.", n)
		}
		time.Sleep(time.Hour)
	})
}

func TestFirst_returnsWhenTheLogIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &file{lines: 2_000}
		_, _ = First(t.Context(), log, 3, isError)
		log.isClosed(t)
		time.Sleep(time.Hour)
	})
}

func TestFirst_doesNotWaitForALineThatNobodyNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &file{lines: 2_000, every: time.Hour}
		start := time.Now()
		_, _ = First(t.Context(), log, 1, isError)
		if took := time.Since(start); took != time.Hour+time.Second {
			t.Errorf("The first error came after 1h0m0s, and First took %v. (It takes 1s to close the log.)", took)
		}
		log.isClosed(t)
		time.Sleep(24 * time.Hour)
	})
}

func TestFirst_ofAShortLog(t *testing.T) {
	for name, fails := range map[string]error{"that ends": nil, "that fails": errDisk} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &file{lines: 4, infos: true, fails: fails}
				found, err := First(t.Context(), log, 10, isError)
				if len(found) != 2 {
					t.Errorf("In a log with 2 errors First found %v.", found)
				}
				if !errors.Is(err, fails) {
					t.Errorf("The log ended with %v, and First returned %v.", fails, err)
				}
				log.isClosed(t)
				time.Sleep(time.Hour)
			})
		})
	}
}

func TestFirst_endsWithCtx(t *testing.T) {
	for name, c := range map[string]struct{ line, match time.Duration }{
		"while it waits for a line": {time.Hour, 0},
		"while it matches":          {0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
				defer cancel()
				log := &file{lines: 2_000, every: c.line}
				start := time.Now()
				_, err := First(ctx, log, 1000, func(e Entry) bool {
					time.Sleep(c.match)
					return isError(e)
				})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("ctx ended before 1000 errors were found, and First returned %v, not %v:\n"+
						"whoever gets no error believes that there are no more.", err, context.DeadlineExceeded)
				}
				if took := time.Since(start); took > 95*time.Second {
					t.Errorf("ctx ended after 1m30s, and First took %v.", took)
				}
				log.isClosed(t)
				time.Sleep(24 * time.Hour)
			})
		})
	}
}
