// Package session is what an attendee can do: check, hint, reset, look at the
// solution. The command line and the terminal UI are two views of it.
package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/progress"
	"example.com/goguide/workshop/internal/run"
)

// A Session is a course and an attendee's progress in it.
type Session struct {
	Course *course.Course
	// Fast is whether the attendee is on the fast track: only the last exercise
	// of each part, and whoever passes it without help need not do the others.
	Fast     bool
	progress *progress.File
}

// New returns the session of the course in dir.
func New(dir string) (*Session, error) {
	c, err := course.Load(dir)
	if err != nil {
		return nil, err
	}
	return &Session{Course: c, progress: progress.Open(c.Dir)}, nil
}

// Find returns the folder of the course for a process in dir, which may be the
// root of the repository, the module, or any folder in either.
func Find(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		for _, course := range []string{
			filepath.Join(at, "workshop", "course"), filepath.Join(at, "course"),
		} {
			if isDir(course) && isDir(filepath.Join(course, "..", "answers")) {
				return course, nil
			}
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%w: neither %s nor a folder above it holds workshop/course; name one with -course DIR", course.ErrNone, dir)
		}
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Status is the state of one exercise.
type Status struct {
	Name, Title, Kind string
	Part              string
	Done              bool
	Passed            time.Time `json:",omitzero"`
	Hints             int
	Edited            bool // what the attendee has differs from what was shipped
	Missing           bool // the file to edit is not there
	Peeked            bool // the solution was looked at before it passed
	Skipped           bool // the fast track has shown that the attendee knows it
	last              bool // of its part
	fast              bool // passed on the fast track
}

// open says whether the exercise is still to be done.
func (st Status) open() bool { return !st.Done && !st.Skipped }

// Status returns the state of all exercises, in order, and what is to be said
// about the progress file, if anything.
func (s *Session) Status() ([]Status, string, error) {
	states, err := s.progress.States()
	if err != nil {
		return nil, "", err
	}
	var all []Status
	for _, x := range s.Course.Exercises {
		st, err := status(x, states)
		if err != nil {
			return nil, "", err
		}
		all = append(all, st)
	}
	known := false
	for i, st := range slices.Backward(all) {
		if last := i+1 == len(all) || part(st) != part(all[i+1]); last {
			all[i].last, known = true, st.fast
		}
		all[i].Skipped = known && !st.Done
	}
	return all, s.progress.Told(), nil
}

// part returns the part of the guide that an exercise belongs to: goroutines, of
// goroutines/leak.
func part(st Status) string {
	name, _, _ := strings.Cut(st.Part, "/")
	return name
}

func status(x *course.Exercise, states map[string]progress.State) (Status, error) {
	st := Status{Name: x.Name, Title: x.Title, Kind: x.Kind, Part: x.Part}
	changed, err := x.Changed()
	if err != nil {
		return st, err
	}
	st.Edited = slices.Contains(changed, x.Edit)
	_, err = os.Stat(x.Edited())
	st.Missing = err != nil
	hash, err := x.Hash()
	if err != nil {
		return st, err
	}
	if p := states[x.Name]; p.Hash == hash {
		st.Hints, st.Peeked = p.Hints, p.Peeked
		// As shipped it fails, so whoever put that back has not solved it.
		if p.Done() && st.Edited && !st.Missing {
			st.Done, st.Passed, st.fast = true, p.Passed, p.Fast
		}
	}
	return st, nil
}

// Next returns the first exercise that is to be done, nil if all are.
func (s *Session) Next() (*course.Exercise, error) {
	all, _, err := s.Status()
	if err != nil {
		return nil, err
	}
	if i, ok := s.First(all); ok {
		return s.Course.Exercises[i], nil
	}
	return nil, nil
}

// First returns the index of the first exercise that is to be done; 0 and false
// if there is none.
func (s *Session) First(all []Status) (int, bool) {
	for i, st := range all {
		if st.open() && s.offers(st) {
			return i, true
		}
	}
	return 0, false
}

// Beside returns the index of the exercise that comes after the one at i, or
// before it if by is -1; false if there is none.
func (s *Session) Beside(all []Status, i, by int) (int, bool) {
	for i += by; i >= 0 && i < len(all); i += by {
		if s.offers(all[i]) {
			return i, true
		}
	}
	return 0, false
}

// offers says whether an exercise is on the attendee's way.
func (s *Session) offers(st Status) bool { return !s.Fast || st.last }

// Check gives the verdict and keeps that an exercise is passed. Where that
// cannot be kept there is a verdict and an error.
func (s *Session) Check(ctx context.Context, x *course.Exercise) (run.Verdict, error) {
	v, err := run.Check(ctx, x)
	if err != nil || v.Result != run.Passed {
		return v, err
	}
	return v, s.change(x, func(st *progress.State) {
		if !st.Done() {
			st.Passed = time.Now().UTC().Truncate(time.Second)
			st.Fast = s.Fast && st.Hints == 0 && !st.Peeked
		}
	})
}

func (s *Session) change(x *course.Exercise, f func(*progress.State)) error {
	hash, err := x.Hash()
	if err != nil {
		return err
	}
	return s.progress.Change(x.Name, hash, f)
}

// Hint returns the hints up to one more than were shown before.
func (s *Session) Hint(x *course.Exercise) ([]string, error) {
	shown := 1
	err := s.change(x, func(st *progress.State) {
		st.Hints = min(st.Hints+1, len(x.Hints))
		shown = st.Hints
	})
	return x.Hints[:shown], err
}

// Reset puts the exercise back as shipped and forgets that it was passed.
func (s *Session) Reset(x *course.Exercise) (kept string, err error) {
	kept, err = x.Reset(time.Now())
	if err != nil {
		return kept, err
	}
	return kept, s.change(x, func(st *progress.State) { *st = progress.State{Hash: st.Hash} })
}

// ErrNotYet says that a solution is for those who have solved the exercise, or
// insist.
var ErrNotYet = errors.New("not passed yet")

// Solution returns the solution, after passing or on insistence.
func (s *Session) Solution(x *course.Exercise, insist bool) (string, error) {
	states, err := s.progress.States()
	if err != nil {
		return "", err
	}
	st, err := status(x, states)
	if err != nil {
		return "", err
	}
	if !st.Done && !insist {
		return "", ErrNotYet
	}
	text, err := os.ReadFile(x.Solution())
	if err != nil {
		return "", fmt.Errorf("reading the solution: %w", err)
	}
	if st.Done {
		return string(text), nil
	}
	// Not kept is no reason not to show it.
	return string(text), s.change(x, func(st *progress.State) { st.Peeked = true })
}

// Alone takes the lock that a terminal UI holds as long as it runs.
func (s *Session) Alone() (*progress.Held, error) { return progress.Lock(s.Course.Dir + " session") }
