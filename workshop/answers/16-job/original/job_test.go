package job

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// All tests run in bubbles: an hour takes no time, and a goroutine that is left
// is reported.

var (
	errLeft   = errors.New("the customer has left")
	errDeploy = errors.New("the server is restarted")
	errHalf   = errors.New("the export is half done")
)

// A server lives until it is restarted, and knows how many watch it.
type server struct {
	context.Context // of which it has no more than values and no deadline
	done            chan struct{}

	mu       sync.Mutex
	cause    error
	watchers map[*func()]bool
}

func newServer() *server {
	return &server{Context: context.Background(), done: make(chan struct{}), watchers: map[*func()]bool{}}
}

func (s *server) Done() <-chan struct{} { return s.done }

func (s *server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cause
}

// held returns how many watch it.
func (s *server) held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.watchers)
}

// AfterFunc is what package context uses where there is one.
func (s *server) AfterFunc(f func()) (stop func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != nil {
		go f()
		return func() bool { return false }
	}
	s.watchers[&f] = true
	return func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		had := s.watchers[&f]
		delete(s.watchers, &f)
		return had
	}
}

// restart ends the server. Its cause is its error.
func (s *server) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cause = errDeploy
	close(s.done)
	for f := range s.watchers {
		go (*f)()
	}
	clear(s.watchers)
}

// export takes a day, and fails when its ctx ends.
func export(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return errHalf
	case <-time.After(24 * time.Hour):
		return nil
	}
}

func TestRun_saysWhyItHasEnded(t *testing.T) {
	for name, c := range map[string]struct {
		left, restarted time.Duration // after the start
		limit           time.Duration
		want            error
		after           time.Duration
	}{
		"the customer has left":          {time.Minute, 9 * time.Hour, 8 * time.Hour, errLeft, time.Minute},
		"the server is restarted":        {9 * time.Hour, time.Minute, 8 * time.Hour, errDeploy, time.Minute},
		"it takes too long":              {9 * time.Hour, 10 * time.Hour, 8 * time.Hour, ErrTooLong, 8 * time.Hour},
		"a restart, and he leaves later": {2 * time.Minute, time.Minute, 8 * time.Hour, errDeploy, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, leave := context.WithCancelCause(t.Context())
				s := newServer()
				left := time.AfterFunc(c.left, func() { leave(errLeft) })
				restarted := time.AfterFunc(c.restarted, s.restart)
				start := time.Now()
				err := Run(ctx, s, c.limit, func(ctx context.Context) error {
					err := export(ctx)
					if took := time.Since(start); took != c.after {
						t.Errorf("%s after %v, and the ctx of the export ended after %v.", name, c.after, took)
					}
					time.Sleep(5 * time.Minute) // it cleans up
					return err
				})
				for _, other := range []error{errLeft, errDeploy, ErrTooLong} {
					if got := errors.Is(err, other); got != (other == c.want) {
						t.Errorf("What ended the export was: %s.\nThe operator reads %q: errors.Is says %t for %q.",
							name, err, got, other)
					}
				}
				if !errors.Is(err, errHalf) {
					t.Errorf("An export ended with %q, and errors.Is does not find that in %q.", errHalf, err)
				}
				left.Stop()
				restarted.Stop()
				leave(nil)
				synctest.Wait()
			})
		})
	}
}

func TestRun_saysNothingOfCtxWhenItIsTheWorkThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errDisk := errors.New("the disk is full")
		err := Run(t.Context(), newServer(), time.Hour, func(context.Context) error { return errDisk })
		if !errors.Is(err, errDisk) {
			t.Errorf("The disk is full, and Run returned %v.", err)
		}
		for _, other := range []error{context.Canceled, context.DeadlineExceeded, ErrTooLong} {
			if errors.Is(err, other) {
				t.Errorf("The disk is full, and nothing was cancelled. The operator reads %q.", err)
			}
		}
	})
}

func TestRun_succeedsWhereTheWorkDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := Run(t.Context(), newServer(), time.Hour, func(context.Context) error {
			time.Sleep(2 * time.Hour) // does not look at ctx, and gets it done
			return nil
		})
		if err != nil {
			t.Errorf("The export is done, if late, and the customer is told: %v.", err)
		}
	})
}

func TestRun_beginsNothingInVain(t *testing.T) {
	for name, want := range map[string]error{"the customer has left": errLeft, "the server is restarted": errDeploy} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, leave := context.WithCancelCause(t.Context())
				defer leave(nil)
				s := newServer()
				if want == errLeft {
					leave(errLeft)
				} else {
					s.restart()
				}
				err := Run(ctx, s, time.Hour, func(context.Context) error {
					t.Errorf("%s, and an export was begun after that.", name)
					return nil
				})
				if !errors.Is(err, want) {
					t.Errorf("%s before the export began, and Run returned %v.", name, err)
				}
				synctest.Wait()
			})
		})
	}
}

func TestRun_leavesNothingWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		type key struct{}
		var given []context.Context
		for i := range 100 {
			func() {
				defer func() { _ = recover() }() // as net/http does
				_ = Run(context.WithValue(t.Context(), key{}, i), s, time.Hour, func(ctx context.Context) error {
					given = append(given, ctx)
					if i%10 == 0 {
						panic("bad row")
					}
					return nil
				})
			}()
		}
		if n := s.held(); n > 0 {
			t.Errorf("100 exports are over, and the server still holds %d of them: memory that grows until it is restarted.", n)
		}
		for i, ctx := range given {
			if ctx.Err() == nil {
				t.Errorf("Export %d is over, and its ctx has not ended: what it has started goes on.", i)
				break
			}
			if ctx.Value(key{}) != i {
				t.Errorf("The ctx of export %d has lost the values of its customer.", i)
				break
			}
		}
	})
}
