package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"example.com/goguide/workshop/internal/session"
)

// key does what a key means on the page that is shown.
func (m *model) key(key string) tea.Cmd {
	if key == "ctrl+c" {
		return tea.Quit
	}
	if m.page == list {
		return m.searching(key)
	}
	if m.page == confirm {
		m.page = task
		if key == "y" || key == "Y" {
			return m.reset()
		}
		m.notice = "Nothing was reset."
		return nil
	}
	if m.scrolled(key) {
		return nil
	}
	switch key {
	case "q":
		return tea.Quit
	case "esc", "backspace":
		m.show(task)
	case "h":
		m.hint()
	case "o":
		m.toggle(output)
	case "s":
		m.solution(false)
	case "S":
		m.solution(true)
	case "l", "/":
		m.show(list)
		m.search = search{at: m.at}
	case "r":
		m.show(confirm)
	case "t", "enter":
		m.show(task)
		return m.test()
	case "n":
		return m.step(+1)
	case "p":
		return m.step(-1)
	}
	return nil
}

func (m *model) show(p page) { m.page, m.scroll = p, 0 }

func (m *model) toggle(p page) {
	if m.page == p {
		p = task
	}
	m.show(p)
}

// scrolled moves the page; View keeps the number within the text.
func (m *model) scrolled(key string) bool {
	half := max(1, m.height/2)
	switch key {
	case "down", "j":
		m.scroll++
	case "up", "k":
		m.scroll--
	case "pgdown", "space":
		m.scroll += half
	case "pgup":
		m.scroll -= half
	case "home", "g":
		m.scroll = 0
	case "end", "G":
		m.scroll = 1 << 20
	default:
		return false
	}
	return true
}

// hint shows the hints so far, and one more at each press.
func (m *model) hint() {
	if m.page != hints && len(m.hints) > 0 {
		m.show(hints)
		return
	}
	shown, err := m.s.Hint(m.exercise())
	if len(m.hints) == len(m.exercise().Hints) {
		m.notice = "That was the last hint. s shows the solution."
	}
	m.hints = shown
	m.say(err)
	m.show(hints)
}

func (m *model) solution(insist bool) {
	if m.page == solution {
		m.show(task)
		return
	}
	text, err := m.s.Solution(m.exercise(), insist)
	if errors.Is(err, session.ErrNotYet) {
		m.notice = "Not passed yet: h gives a hint. S (capital) shows the solution all the same."
		return
	}
	m.say(err)
	if text != "" {
		m.answer = text
		m.show(solution)
	}
}

func (m *model) reset() tea.Cmd {
	kept, err := m.s.Reset(m.exercise())
	m.hints = nil
	m.notice = "It is as shipped."
	if kept != "" {
		m.notice = "As shipped. Yours: " + m.short(kept)
	}
	m.say(err)
	m.watch.seen(m.exercise())
	return m.test()
}

func (m *model) step(by int) tea.Cmd {
	to, ok := m.s.Beside(m.status, m.at, by)
	if !ok {
		m.notice = "This is the last exercise."
		if by < 0 {
			m.notice = "This is the first exercise."
		}
		return nil
	}
	return m.open(to)
}
