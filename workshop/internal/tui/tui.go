// Package tui is the workshop in a terminal: it shows the task and the verdict,
// and tests anew when the attendee saves.
package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/run"
	"example.com/goguide/workshop/internal/session"
)

// Run shows the session until the user quits or ctx ends.
func Run(ctx context.Context, s *session.Session) error {
	m, err := newModel(ctx, s)
	if err != nil {
		return err
	}
	defer m.close()
	_, err = tea.NewProgram(m, tea.WithContext(ctx)).Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil // by a signal, as asked
	}
	if err != nil {
		return fmt.Errorf("in the terminal: %w", err)
	}
	return nil
}

// A page is what the middle of the screen shows.
type page int

const (
	task page = iota
	hints
	output
	solution
	list
	confirm // reset?
)

type model struct {
	ctx context.Context //nolint:containedctx // bubbletea's Update has none; it is Run's
	s   *session.Session

	status  []session.Status
	at      int // the exercise
	page    page
	scroll  int
	hints   []string
	answer  string // the solution
	search  search
	notice  string // one line, until the next key
	width   int
	height  int
	testing *trial // nil: none is going on
	verdict run.Verdict
	taskDoc string
	watch   *watcher
}

// A trial is a run that is not done.
type trial struct {
	x      *course.Exercise
	cancel context.CancelFunc
	since  time.Time
}

type (
	tested struct {
		of  *trial
		v   run.Verdict
		err error
	}
	saved struct{ x *course.Exercise }
	tick  struct{ of *trial }
)

func newModel(ctx context.Context, s *session.Session) (*model, error) {
	m := &model{ctx: ctx, s: s, width: 80, height: 24, watch: newWatcher()}
	if err := m.refresh(); err != nil {
		return nil, err
	}
	m.at, _ = s.First(m.status)
	return m, nil
}

func (m *model) close() {
	if m.testing != nil {
		m.testing.cancel()
	}
	m.watch.close()
}

func (m *model) exercise() *course.Exercise { return m.s.Course.Exercises[m.at] }

// refresh reads the progress, which may have been changed from outside.
func (m *model) refresh() error {
	status, told, err := m.s.Status()
	if err != nil {
		return err
	}
	m.status = status
	if told != "" {
		m.notice = told
	}
	return nil
}

// Init opens the first exercise.
func (m *model) Init() tea.Cmd { return m.open(m.at) }

// open goes to an exercise and tests it.
func (m *model) open(i int) tea.Cmd {
	m.at, m.page, m.scroll, m.hints = i, task, 0, nil
	m.verdict = run.Verdict{}
	text, err := m.exercise().Task()
	m.taskDoc = text
	m.say(err)
	return tea.Batch(m.watch.next(m.ctx, m.exercise()), m.test())
}

// test begins a run and ends the one before.
func (m *model) test() tea.Cmd {
	if m.testing != nil {
		m.testing.cancel()
	}
	ctx, cancel := context.WithCancel(m.ctx)
	began := &trial{x: m.exercise(), cancel: cancel, since: time.Now()}
	m.testing = began
	m.say(m.refresh())
	check := func() tea.Msg {
		v, err := m.s.Check(ctx, began.x)
		return tested{began, v, err}
	}
	return tea.Batch(check, ticking(began))
}

// ticking lets the seconds of a long run be seen.
func ticking(of *trial) tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tick{of} })
}

func (m *model) say(err error) {
	if err != nil {
		m.notice = err.Error()
	}
}

// Update takes a key, a verdict or a save.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		m.notice = ""
		return m, m.key(msg.String())
	case tea.PasteMsg:
		if m.page == list {
			m.search.text += msg.Content
		}
	case saved:
		if msg.x != m.exercise() {
			return m, nil // another exercise was opened meanwhile
		}
		return m, tea.Batch(m.watch.next(m.ctx, msg.x), m.test())
	case tick:
		if msg.of == m.testing {
			return m, ticking(msg.of)
		}
	case tested:
		m.take(msg)
	}
	return m, nil
}

// take shows a verdict, unless it is of a run that was given up.
func (m *model) take(msg tested) {
	if msg.of != m.testing {
		return
	}
	m.testing.cancel()
	m.testing = nil
	m.say(msg.err)
	if msg.v.Result == "" {
		return
	}
	m.verdict = msg.v
	if m.page == task {
		m.scroll = 0
	}
	m.say(m.refresh())
}
