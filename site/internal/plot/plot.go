// Package plot draws recorded benchmarks: how long each way takes as a multiple
// of the first, in one SVG a plot. Only ratios within one recording are drawn,
// for another machine has other times, and a busy one has none to speak of.
//
// A recording is the output of go test -bench, headed by configuration lines
// (golang.org/design/14313-benchmark-format) that say how it came about:
//
//	date: 2026-11-28
//	go: go1.26.8
//	command: cd syncx && go test -run='^$' -bench=Read ./rwmutex
//	note: a shared machine
//
// [Record] writes them anew.
package plot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A Recording is one run of some benchmarks.
type Recording struct {
	Date, Go, Command, Note string
	Platform                string // linux/amd64
	groups                  []group
}

// A group is a benchmark with its ways.
type group struct {
	name  string // below Benchmark: Read/lookup/reads=50%/goroutines=1
	base  string // the way that the others are measured by; it need not be one of ways
	times bool   // the values are seconds an operation, and else multiples of the base's
	ways  []way
}

type way struct {
	name   string
	values []float64 // one a run
}

// Read reads a recording. It understands three ways to report ways: as parts of
// the name (chain/loop, chain/Seq, in time an operation, of which the shortest
// counts, as other work only ever adds to it), as ratios in a unit such as
// rwmutex/mutex, and as ratios in a unit such as pond-x. Of ratios the median
// counts, and how far the runs differ is drawn too.
func Read(r io.Reader, file string) (*Recording, error) {
	rec := &Recording{}
	in := benchfmt.NewReader(r, file)
	for in.Scan() {
		switch res := in.Result().(type) {
		case *benchfmt.Result:
			rec.head(res)
			rec.add(res)
		case *benchfmt.SyntaxError:
			return nil, res
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	if len(rec.groups) == 0 {
		return nil, fmt.Errorf("%s has no benchmark: record it anew by go run ./site bench", file)
	}
	if rec.Command == "" || rec.Date == "" {
		return nil, fmt.Errorf("%s does not say how it was recorded: give it lines such as \"command: go test -bench=.\" and \"date: 2026-11-28\"", file)
	}
	for i, g := range rec.groups {
		if g.base == "" {
			// Of -x units the base is the one that is always 1, for they are sorted.
			one := func(w way) bool { return slices.Min(w.values) == 1 && slices.Max(w.values) == 1 }
			rec.groups[i].base = g.ways[max(0, slices.IndexFunc(g.ways, one))].name
		}
	}
	return rec, nil
}

func (rec *Recording) head(res *benchfmt.Result) {
	rec.Date, rec.Go = res.GetConfig("date"), res.GetConfig("go")
	rec.Command, rec.Note = res.GetConfig("command"), res.GetConfig("note")
	rec.Platform = res.GetConfig("goos") + "/" + res.GetConfig("goarch")
}

// add adds one line of a benchmark.
func (rec *Recording) add(res *benchfmt.Result) {
	base, parts := res.Name.Parts()
	parts = slices.DeleteFunc(parts, func(p []byte) bool { return p[0] != '/' }) // GOMAXPROCS
	name := string(base) + string(bytes.Join(parts, nil))
	found := false
	for _, v := range res.Values {
		unit := v.Unit
		if v.OrigUnit != "" {
			unit = v.OrigUnit
		}
		if w, ok := strings.CutSuffix(unit, "-x"); ok {
			rec.group(name).add(w, v.Value)
			found = true
		} else if w, by, ok := strings.Cut(unit, "/"); ok && by != "op" && by != "s" {
			g := rec.group(name)
			g.base = by
			g.add(w, v.Value)
			found = true
		}
	}
	if sec, ok := res.Value("sec/op"); ok && !found {
		i := strings.LastIndex(name, "/")
		if i < 0 {
			return // a way that stands alone
		}
		g := rec.group(name[:i])
		g.times = true
		g.add(name[i+1:], sec)
	}
}

func (rec *Recording) group(name string) *group {
	i := slices.IndexFunc(rec.groups, func(g group) bool { return g.name == name })
	if i < 0 {
		rec.groups = append(rec.groups, group{name: name})
		i = len(rec.groups) - 1
	}
	return &rec.groups[i]
}

func (g *group) add(name string, value float64) {
	i := slices.IndexFunc(g.ways, func(w way) bool { return w.name == name })
	if i < 0 {
		g.ways = append(g.ways, way{name: name})
		i = len(g.ways) - 1
	}
	g.ways[i].values = append(g.ways[i].values, value)
}

// A Spec says what of a recording to draw, in lines such as
//
//	data: rwmutex.txt
//	title: A lookup under a lock
//	group: ^Read/lookup/reads=(.*)/goroutines=(.*)$
//	label: $1 reads, $2 goroutines
//	base: mutex
//
// Groups are those whose names match; of their names the label makes what
// stands beside them. The base is the way to measure by, if it is another than
// the recording's.
type Spec struct{ Data, Title, Group, Label, Base string }

var errSpec = errors.New("a plot has the lines data: FILE, title: TEXT, group: REGEXP, and may have label: TEXT with $1 and base: WAY")

// ParseSpec reads a spec.
func ParseSpec(text string) (Spec, error) {
	var s Spec
	fields := map[string]*string{"data": &s.Data, "title": &s.Title, "group": &s.Group, "label": &s.Label, "base": &s.Base}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if fields[key] == nil {
			return Spec{}, fmt.Errorf("%q: %w", key, errSpec)
		}
		*fields[key] = value
	}
	if s.Data == "" || s.Title == "" || s.Group == "" {
		return Spec{}, errSpec
	}
	return s, nil
}
