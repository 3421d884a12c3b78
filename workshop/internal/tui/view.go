package tui

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/run"
)

// The sixteen colours of the terminal itself, readable on light and on dark.
var (
	bold   = lipgloss.NewStyle().Bold(true)
	good   = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Green)
	bad    = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red)
	busy   = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Yellow)
	faint  = lipgloss.NewStyle().Faint(true)
	chosen = lipgloss.NewStyle().Reverse(true)
)

// View draws the screen: two lines of head, the page, two lines of foot.
func (m *model) View() tea.View {
	head := []string{m.bar(), m.title()}
	if m.page == task || m.page == hints || m.page == output { // one edits beside them
		head = append(head, m.verdictLine())
	}
	lines, at := m.body()
	room := max(1, m.height-len(head)-2)
	m.scroll = max(0, min(m.scroll, len(lines)-room))
	if m.page == list {
		m.scroll = max(0, min(at-room/2, len(lines)-room))
	}
	rule := strings.Repeat("─", m.width)
	if hidden := len(lines) - m.scroll - room; hidden > 0 {
		more := fmt.Sprintf("── ↓ %d more ", hidden)
		rule = more + strings.Repeat("─", max(0, m.width-lipgloss.Width(more)))
	}
	foot := []string{faint.Render(rule), m.foot()}
	lines = lines[m.scroll:min(len(lines), m.scroll+room)]
	for len(lines) < room {
		lines = append(lines, "")
	}
	all := append(append(head, lines...), foot...)
	for i, l := range all {
		all[i] = lipgloss.NewStyle().MaxWidth(m.width).Render(l)
	}
	v := tea.NewView(strings.Join(all, "\n"))
	v.AltScreen = true
	v.WindowTitle = "workshop: " + m.exercise().Name
	return v
}

// bar is how far the attendee is.
func (m *model) bar() string {
	done := 0
	for _, st := range m.status {
		if st.Done || st.Skipped {
			done++
		}
	}
	const width = 30
	full := width * done / len(m.status)
	name := "goguide workshop"
	if m.s.Fast {
		name += ", fast track"
	}
	return bold.Render(name) + "  " + good.Render(strings.Repeat("█", full)) +
		faint.Render(strings.Repeat("░", width-full)) + fmt.Sprintf("  %d of %d", done, len(m.status))
}

func (m *model) title() string {
	x := m.exercise()
	mark := ""
	if m.status[m.at].Done {
		mark = good.Render(" ✓")
	}
	return bold.Render(x.Name) + mark + "  " + x.Title + faint.Render("  ("+course.Kinds[x.Kind]+")")
}

// verdictLine is the first line of the verdict, or what goes on.
func (m *model) verdictLine() string {
	if m.testing != nil {
		what := busy.Render("testing …")
		if d := time.Since(m.testing.since); d >= time.Second {
			what += fmt.Sprintf(" %d s", int(d.Seconds()))
		}
		if m.verdict.Result == "" {
			return what
		}
		return what + faint.Render("  before: "+string(m.verdict.Result))
	}
	if m.verdict.Result == "" {
		return ""
	}
	style := bad
	if m.verdict.Result == run.Passed {
		style = good
	}
	took := (m.verdict.Build + m.verdict.Run).Seconds()
	word := strings.ToUpper(string(m.verdict.Result))
	if m.verdict.Result == run.Passed {
		return style.Render("✓ "+word) + faint.Render(fmt.Sprintf("  %.1f s", took))
	}
	return style.Render("✗ "+word) + " " + m.verdict.Headline + faint.Render(fmt.Sprintf("  %.1f s", took))
}

// body is the lines of the page, and in a list the one to keep in sight.
func (m *model) body() (lines []string, at int) {
	var text strings.Builder
	switch m.page {
	case task:
		m.taskPage(&text)
	case hints:
		for i, h := range m.hints {
			fmt.Fprintf(&text, "\n%s\n%s\n", bold.Render(fmt.Sprintf("Hint %d of %d", i+1, len(m.exercise().Hints))), h)
		}
	case output:
		fmt.Fprintf(&text, "\n%s\n", m.verdict.Output)
	case solution:
		fmt.Fprintf(&text, "\n%s", m.answer)
	case confirm:
		fmt.Fprintf(&text, "\nPut %s back as it was shipped?\nWhat you have is kept in %s.\n\n%s yes   any other key: no",
			m.exercise().Name, m.short(filepath.Join(m.s.Course.Dir, course.Replaced)), bold.Render("y"))
	case list:
		lines, at = m.listLines()
		return append([]string{"search: " + m.search.text + "▏", ""}, lines...), at + 2
	}
	wrapped := lipgloss.Wrap(strings.ReplaceAll(text.String(), "\t", "    "), m.width, "")
	return strings.Split(strings.TrimRight(wrapped, "\n"), "\n"), 0
}

func (m *model) taskPage(w *strings.Builder) {
	x := m.exercise()
	for _, l := range m.verdict.Lines {
		fmt.Fprintln(w, m.hanging(l))
	}
	if m.verdict.Result == run.Passed {
		fmt.Fprintf(w, "\n%s\n\n", x.Solved)
		if x.Part != "" {
			fmt.Fprintf(w, "More: %s\n", x.Part)
		}
		if skipped := m.skipped(); skipped != "" {
			fmt.Fprintf(w, "Passed without a hint, so the rest of its part is skipped: %s\n", skipped)
		}
		if i, ok := m.s.Beside(m.status, m.at, +1); ok {
			next := m.s.Course.Exercises[i]
			fmt.Fprintf(w, "%s next: %s  %s\n", bold.Render("n"), next.Name, next.Title)
		} else {
			fmt.Fprintln(w, "This was the last exercise.")
		}
	}
	fmt.Fprintf(w, "\n%s %s\n\n%s", faint.Render("edit"), bold.Render(m.short(x.Edited())), m.taskDoc)
}

// skipped names the exercises that the fast track has skipped for the one that
// is shown.
func (m *model) skipped() string {
	var names []string
	for i := m.at - 1; m.s.Fast && i >= 0 && m.status[i].Skipped; i-- {
		names = slices.Insert(names, 0, m.status[i].Name)
	}
	return strings.Join(names, ", ")
}

// hanging wraps a line of a verdict so that what follows stands further in.
func (m *model) hanging(line string) string {
	text := strings.TrimLeft(line, " ")
	in := strings.Repeat(" ", 2+len(line)-len(text))
	wrapped := lipgloss.Wrap(text, max(20, m.width-len(in)-2), "")
	return in + strings.ReplaceAll(wrapped, "\n", "\n"+in+"  ")
}

func (m *model) foot() string {
	if m.notice != "" {
		return busy.Render(m.notice)
	}
	k := func(key, what string) string { return bold.Render(key) + faint.Render(" "+what) }
	switch m.page {
	case list:
		return strings.Join([]string{k("enter", "open"), k("↑↓", "move"), k("letters", "search"), k("esc", "back")}, "  ")
	case confirm:
		return ""
	case hints:
		return strings.Join([]string{k("h", "one more"), k("esc", "back"), k("↑↓", "scroll"), k("q", "quit")}, "  ")
	case output, solution:
		return strings.Join([]string{k("esc", "back"), k("↑↓", "scroll"), k("g G", "ends"), k("q", "quit")}, "  ")
	case task:
	}
	keys := strings.Join([]string{
		k("h", "hint"), k("n", "next"), k("p", "prev"), k("l", "list"), k("o", "output"),
		k("r", "reset"), k("s", "solution"), k("t", "test"), k("q", "quit"),
	}, "  ")
	if lipgloss.Width(keys) > m.width {
		keys = strings.Join([]string{k("h", "hint"), k("n p", "next, prev"), k("l", "list"), k("o r s t", ""), k("q", "quit")}, " ")
	}
	return keys
}

// short is a path as seen from the folder above the course's module.
func (m *model) short(path string) string {
	rel, err := filepath.Rel(filepath.Dir(filepath.Dir(m.s.Course.Dir)), path)
	if err != nil {
		return path
	}
	return rel
}
