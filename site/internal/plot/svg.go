package plot

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A row is one line of a plot: a heading, or a way with its ratio.
type row struct {
	text      string
	ratio     float64 // 0 for a heading
	low, high float64 // of all runs
}

// Measures of the drawing. It is as wide as a phone, so that its text is as
// large as the page's there.
const (
	width     = 400.0
	left      = 150.0 // of the scale
	right     = 350.0
	rowHeight = 20.0
	headRoom  = 26.0 // for the scale's figures
)

// Figure draws a plot, with the command that measures it under it. The id
// must be the page's only one of that name.
func (rec *Recording) Figure(s Spec, id string) (template.HTML, error) {
	d, err := rec.choose(s)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`<figure class="plot">`)
	d.draw(&b, s.Title, id)
	on := strings.TrimSpace(rec.Go + " on " + rec.Platform)
	quote := func(s string) string { return "<code>" + html.EscapeString(s) + "</code>" }
	fmt.Fprintf(&b, `<figcaption>%s. %s, on a logarithmic scale; further left is faster.%s Recorded on %s with %s`,
		html.EscapeString(s.Title), d.measure(quote), spread(d.rows), html.EscapeString(rec.Date), html.EscapeString(on))
	if rec.Note != "" {
		b.WriteString(", on " + html.EscapeString(rec.Note))
	}
	fmt.Fprintf(&b, ".</figcaption>\n"+`<div class="command"><span>Measure it</span><pre tabindex="0">%s</pre>`+
		`<button class="copy" type="button" hidden data-text aria-label="Copy the command of %s">Copy</button></div></figure>`,
		html.EscapeString(rec.Command), html.EscapeString(s.Title))
	return template.HTML(b.String()), nil // escaped above
}

// spread explains the thin lines, where there are any.
func spread(rows []row) string {
	if slices.ContainsFunc(rows, func(r row) bool { return r.low < r.high }) {
		return " The dot is the median run, the thin line goes from the fastest to the slowest."
	}
	return ""
}

// A drawing is what a spec chose of a recording. The base itself is the scale's
// line at 1.
type drawing struct {
	rows []row
	base string
	way  string // the one that all rows are of, "" if they have several
}

// choose takes the groups that a spec asks for. If each has one way and all the
// same, a row a group is enough; else each group has a heading.
func (rec *Recording) choose(s Spec) (drawing, error) {
	var d drawing
	name, err := regexp.Compile(s.Group)
	if err != nil {
		return d, fmt.Errorf("the group of plot %q: %w", s.Title, err)
	}
	var labels []string
	var groups [][]row
	for _, g := range rec.groups {
		m := name.FindStringSubmatchIndex(g.name)
		if m == nil {
			continue
		}
		base := cmp.Or(s.Base, g.base)
		if d.base != "" && d.base != base {
			return d, fmt.Errorf("plot %q has groups that are measured by %s and by %s: draw them apart, or give it a base", s.Title, d.base, base)
		}
		d.base = base
		ways, err := g.by(base)
		if err != nil {
			return d, fmt.Errorf("plot %q: %w", s.Title, err)
		}
		labels = append(labels, string(name.ExpandString(nil, s.Label, g.name, m)))
		groups = append(groups, ways)
	}
	if len(groups) == 0 {
		return d, fmt.Errorf("plot %q: no group in %s matches %s", s.Title, s.Data, s.Group)
	}
	other := func(ways []row) bool { return len(ways) != 1 || ways[0].text != groups[0][0].text }
	if s.Label != "" && !slices.ContainsFunc(groups, other) {
		d.way = groups[0][0].text
	}
	for i, ways := range groups {
		if d.way != "" {
			ways[0].text = labels[i]
		} else if s.Label != "" {
			d.rows = append(d.rows, row{text: labels[i]})
		}
		d.rows = append(d.rows, ways...)
	}
	return d, nil
}

// measure says what the figures are.
func (d drawing) measure(quote func(string) string) string {
	if d.way != "" {
		return "Time of " + quote(d.way) + " as a multiple of that of " + quote(d.base)
	}
	return "Time as a multiple of that of " + quote(d.base)
}

// by returns the other ways as multiples of one, the fastest first.
func (g group) by(base string) ([]row, error) {
	i := slices.IndexFunc(g.ways, func(w way) bool { return w.name == base })
	if i < 0 && base != g.base {
		return nil, fmt.Errorf("%s has no way %s", g.name, base)
	}
	var rows []row
	for j, w := range g.ways {
		if j == i {
			continue
		}
		if g.times {
			ratio := slices.Min(w.values) / slices.Min(g.ways[i].values)
			rows = append(rows, row{w.name, ratio, ratio, ratio})
			continue
		}
		runs := slices.Clone(w.values)
		if base != g.base {
			if len(runs) != len(g.ways[i].values) {
				return nil, fmt.Errorf("%s has %d runs of %s and %d of %s: record it anew", g.name, len(runs), w.name, len(g.ways[i].values), base)
			}
			for run := range runs {
				runs[run] /= g.ways[i].values[run]
			}
		}
		slices.Sort(runs)
		rows = append(rows, row{w.name, runs[len(runs)/2], runs[0], runs[len(runs)-1]})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.ratio, b.ratio) })
	return rows, nil
}

// A scale is logarithmic: twice and half are as far from once.
type scale struct{ low, high, step float64 }

func scaleOf(rows []row) scale {
	low, high := 1.0, 1.0
	for _, r := range rows {
		if r.ratio > 0 {
			low, high = min(low, r.low), max(high, r.high)
		}
	}
	s := scale{1, 1, 2}
	switch { // the figures must not touch
	case high/low > 64:
		s.step = 10
	case high/low > 8:
		s.step = 4
	}
	for s.low > low {
		s.low /= s.step
	}
	for s.high < high || s.high == s.low {
		s.high *= s.step
	}
	return s
}

func (s scale) x(ratio float64) float64 {
	return left + (right-left)*math.Log(ratio/s.low)/math.Log(s.high/s.low)
}

func (d drawing) draw(b *strings.Builder, title, id string) {
	s := scaleOf(d.rows)
	height := headRoom + rowHeight*float64(len(d.rows)) + 6
	fmt.Fprintf(b, `<svg viewBox="0 0 %g %g" role="img" aria-labelledby="%s %s-values" fill="currentColor" font-size="12"><title id="%s">%s</title><desc id="%s-values">%s</desc>`,
		width, height, id, id, id, html.EscapeString(title), id, html.EscapeString(d.describe()))
	for tick := s.low; tick <= s.high*1.001; tick *= s.step {
		class := "grid"
		if math.Abs(tick-1) < 1e-9 {
			class = "grid one"
		}
		fmt.Fprintf(b, `<path class="%s" stroke="currentColor" d="M%.1f %g V%g"/><text class="tick" text-anchor="middle" x="%.1f" y="14">%s</text>`,
			class, s.x(tick), headRoom-6, height-4, s.x(tick), times(tick))
	}
	y := headRoom
	for _, r := range d.rows {
		mid := y + rowHeight/2
		y += rowHeight
		if r.ratio == 0 {
			fmt.Fprintf(b, `<text class="head" font-weight="bold" x="0" y="%g">%s</text>`, mid+4, html.EscapeString(r.text))
			continue
		}
		class := "more"
		if r.ratio < 1 {
			class = "less"
		}
		fmt.Fprintf(b, `<text x="%g" y="%g" text-anchor="end">%s</text><g class="%s"><path stroke="currentColor" stroke-width="4" d="M%.1f %g H%.1f"/>`+
			`<path stroke="currentColor" stroke-width="1.5" d="M%.1f %g H%.1f"/><circle cx="%.1f" cy="%g" r="5"/></g><text class="value" x="%g" y="%g" text-anchor="end">%s</text>`,
			left-10, mid+4, html.EscapeString(r.text), class, s.x(1), mid, s.x(r.ratio),
			s.x(r.low), mid, s.x(r.high), s.x(r.ratio), mid, width, mid+4, times(r.ratio))
	}
	b.WriteString(`</svg>`)
}

// describe says all values in words, for who does not see them.
func (d drawing) describe() string {
	said := []string{d.measure(strings.Clone) + "."}
	for _, r := range d.rows {
		if r.ratio == 0 {
			said = append(said, r.text+":")
			continue
		}
		said = append(said, fmt.Sprintf("%s %s;", r.text, times(r.ratio)))
	}
	return strings.TrimSuffix(strings.Join(said, " "), ";") + "."
}

// times writes a ratio in two digits: 0.43×, 1.8×, 24×.
func times(ratio float64) string {
	if ratio >= 10 {
		return strconv.FormatFloat(ratio, 'f', 0, 64) + "×"
	}
	return strconv.FormatFloat(ratio, 'g', 2, 64) + "×"
}
