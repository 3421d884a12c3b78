package tui

import (
	"fmt"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"example.com/goguide/workshop/internal/course"
)

// search is the list's: what was typed, and the line that enter opens.
type search struct {
	text string
	at   int // of those that match
}

// matches are the exercises whose name, title, kind or part holds each word
// typed.
func (m *model) matches() []int {
	var found []int
	for i, st := range m.status {
		text := strings.ToLower(st.Name + " " + st.Title + " " + course.Kinds[st.Kind] + " " + st.Part)
		all := true
		for word := range strings.FieldsSeq(strings.ToLower(m.search.text)) {
			all = all && strings.Contains(text, word)
		}
		if all {
			found = append(found, i)
		}
	}
	return found
}

// searching is what keys do in the list: letters search.
func (m *model) searching(key string) tea.Cmd {
	found := m.matches()
	switch key {
	case "esc":
		m.show(task)
	case "enter":
		if len(found) > 0 {
			return m.open(found[min(m.search.at, len(found)-1)])
		}
	case "down":
		m.search.at = min(m.search.at+1, len(found)-1)
	case "up":
		m.search.at = max(m.search.at-1, 0)
	case "pgdown":
		m.search.at = min(m.search.at+10, len(found)-1)
	case "pgup":
		m.search.at = max(m.search.at-10, 0)
	case "backspace":
		if r := []rune(m.search.text); len(r) > 0 {
			m.search.text = string(r[:len(r)-1])
		}
		m.search.at = 0
	case "space":
		m.search.text += " "
	default:
		if key == "/" && m.search.text == "" {
			break // who knows vi or a browser types it to begin
		}
		if r := []rune(key); len(r) == 1 && unicode.IsPrint(r[0]) {
			m.search.text += key
			m.search.at = 0
		}
	}
	return nil
}

// lines of the list; at is the one to keep in sight.
func (m *model) listLines() (lines []string, at int) {
	found := m.matches()
	for n, i := range found {
		st := m.status[i]
		mark := "  "
		switch {
		case st.Done:
			mark = good.Render("✓ ")
		case st.Skipped:
			mark = good.Render("» ")
		case st.Missing:
			mark = bad.Render("? ")
		case st.Edited:
			mark = "· "
		}
		text := fmt.Sprintf("%-16s %-42.42s %s", st.Name, st.Title, course.Kinds[st.Kind])
		if n == m.search.at {
			at = n
			text = chosen.Render(text)
		}
		lines = append(lines, mark+text)
	}
	if len(found) == 0 {
		lines = []string{"Nothing has that in its name, title, kind or part."}
	}
	return lines, at
}
