package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const head = "date: 2026-01-02\ngo: go1.99\ncommand: go test -bench=\"<.>\"\nnote: a busy machine\ngoos: linux\ngoarch: amd64\n"

func read(t *testing.T, text string) *Recording {
	t.Helper()
	rec, err := Read(strings.NewReader(head+text), "x.txt")
	require.NoError(t, err)
	return rec
}

// All is a spec of all groups.
func all(label string) Spec {
	return Spec{Data: "x.txt", Title: "A < B", Group: "^(.*)$", Label: label}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []row
		base string
	}{
		"times count by the shortest": {
			"BenchmarkT/chain/loop-2 10 900 ns/op\nBenchmarkT/chain/loop-2 10 100 ns/op 3 B/op\nBenchmarkT/chain/Seq-2 10 150 ns/op\nBenchmarkT/chain/Seq-2 10 400 ns/op\n",
			[]row{{"Seq", 1.5, 1.5, 1.5}}, "loop",
		},
		"ratios in a unit by the median": {
			"BenchmarkR/g=8-2 10 70 mutex-ns 2 rwmutex/mutex\nBenchmarkR/g=8-2 10 7 mutex-ns 90 rwmutex/mutex\nBenchmarkR/g=8-2 10 7 mutex-ns 3 rwmutex/mutex\n",
			[]row{{"rwmutex", 3, 2, 90}}, "mutex",
		},
		"ratios to the first": {
			"BenchmarkP-2 10 12 ants-x 5 floor-ns 1 floor-x 20 pond-ns 4 pond-x 1 sometimes-x\nBenchmarkP-2 10 12 ants-x 1 floor-x 4 pond-x 2 sometimes-x\n",
			[]row{{"sometimes", 2, 1, 2}, {"pond", 4, 4, 4}, {"ants", 12, 12, 12}}, "floor",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, c.text).choose(all(""))
			require.NoError(t, err)
			assert.Equal(t, c.want, got.rows)
			assert.Equal(t, c.base, got.base)
		})
	}
}

func TestChoose_labels(t *testing.T) {
	t.Parallel()
	const two = "BenchmarkR/reads=50%/g=8 10 2 rw/mu\nBenchmarkR/reads=90%/g=8 10 1 rw/mu\nBenchmarkR/reads=99%/g=1 10 9 rw/mu\n"
	s := all("$1 reads")
	s.Group = "reads=(.*)/g=8$"
	got, err := read(t, two).choose(s)
	require.NoError(t, err)
	assert.Equal(t, drawing{[]row{{"50% reads", 2, 2, 2}, {"90% reads", 1, 1, 1}}, "mu", "rw"}, got, "one way: the caption names it")

	got, err = read(t, two+"BenchmarkR/reads=99%/g=8 10 0.5 rw/mu 0.25 un/mu\n").choose(s)
	require.NoError(t, err)
	assert.Equal(t, drawing{[]row{
		{text: "50% reads"}, {"rw", 2, 2, 2}, {text: "90% reads"}, {"rw", 1, 1, 1},
		{text: "99% reads"}, {"un", 0.25, 0.25, 0.25}, {"rw", 0.5, 0.5, 0.5},
	}, "mu", ""}, got, "several: each row names its own")
}

func TestChoose_byAnotherBase(t *testing.T) {
	t.Parallel()
	rec := read(t, "BenchmarkP-2 10 12 ants-x 1 floor-x 4 pond-x\nBenchmarkP-2 10 80 ants-x 1 floor-x 8 pond-x\nBenchmarkP-2 10 24 ants-x 1 floor-x 2 pond-x\n")
	s := all("")
	s.Base = "pond"
	got, err := rec.choose(s)
	require.NoError(t, err)
	assert.Equal(t, drawing{[]row{{"floor", 0.25, 0.125, 0.5}, {"ants", 10, 3, 12}}, "pond", ""}, got, "run by run")
	_, err = read(t, "BenchmarkP-2 10 12 ants-x 1 floor-x 4 pond-x\nBenchmarkP-2 10 80 ants-x 1 floor-x\n").choose(s)
	require.ErrorContains(t, err, "P has 2 runs of ants and 1 of pond")
	s.Base = "conc"
	_, err = rec.choose(s)
	assert.ErrorContains(t, err, "P has no way conc")
}

// The drawing is XML, says its values in words and has nothing that the
// site's policy forbids.
func TestFigure(t *testing.T) {
	t.Parallel()
	got, err := read(t, "BenchmarkR/g=8 10 0.25 r<w/mutex 24.4 un/mutex\n").Figure(all("$1"), "plot-a")
	require.NoError(t, err)
	for what, want := range map[string]string{
		"the title":          `<title id="plot-a">A &lt; B</title>`,
		"the values":         `<desc id="plot-a-values">Time as a multiple of that of mutex. R/g=8: r&lt;w 0.25×; un 24×.</desc>`,
		"what names it":      `role="img" aria-labelledby="plot-a plot-a-values"`,
		"what is faster":     `<g class="less">`,
		"what is slower":     `<g class="more">`,
		"how it is recorded": `Recorded on 2026-01-02 with go1.99 on linux/amd64, on a busy machine.`,
		"the command":        `<pre tabindex="0">go test -bench=&#34;&lt;.&gt;&#34;</pre>`,
	} {
		assert.Contains(t, string(got), want, what)
	}
	for _, forbidden := range []string{"style=", "<style", "<script", "#0", "NaN", "Inf"} {
		assert.NotContains(t, string(got), forbidden)
	}
	svg := string(got)[strings.Index(string(got), "<svg"):strings.Index(string(got), "<figcaption")]
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ratios []float64
		want   scale
	}{
		{[]float64{0.3, 1.5}, scale{0.25, 2, 2}},
		{[]float64{1}, scale{1, 2, 2}},
		{[]float64{2}, scale{1, 2, 2}},
		{[]float64{0.1, 2}, scale{0.0625, 4, 4}},
		{[]float64{70}, scale{1, 100, 10}},
		{[]float64{0.009, 3}, scale{0.001, 10, 10}},
	} {
		var rows []row
		for _, r := range c.ratios {
			rows = append(rows, row{"x", r, r, r})
		}
		got := scaleOf(rows)
		assert.InDeltaSlice(t, []float64{c.want.low, c.want.high, c.want.step}, []float64{got.low, got.high, got.step}, 1e-9, c.ratios)
		for _, r := range append(c.ratios, 1) {
			assert.GreaterOrEqual(t, got.x(r), left)
			assert.LessOrEqual(t, got.x(r), right+1e-9)
		}
	}
	s := scale{0.25, 4, 2}
	assert.InDelta(t, s.x(1)-s.x(0.5), s.x(2)-s.x(1), 1e-9, "half is as far from once as twice")
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for ratio, want := range map[float64]string{1: "1×", 0.25: "0.25×", 1.449: "1.4×", 9.96: "10×", 24.4: "24×", 130.2: "130×"} {
		assert.Equal(t, want, times(ratio))
	}
}

func TestParseSpec(t *testing.T) {
	t.Parallel()
	got, err := ParseSpec("data: x.txt\ntitle: A: B\ngroup: ^R/(.*)$\nlabel: $1\nbase: rw\n")
	require.NoError(t, err)
	assert.Equal(t, Spec{"x.txt", "A: B", "^R/(.*)$", "$1", "rw"}, got)
	for _, bad := range []string{"", "data: x.txt\ntitle: A\n", "data: x.txt\ntitle: A\ngroup: .\ncolour: red\n"} {
		_, err := ParseSpec(bad)
		require.ErrorIs(t, err, errSpec, bad)
	}
}

func TestPlot_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no benchmark": {head, "x.txt has no benchmark"},
		"no command":   {"date: 2026-01-02\nBenchmarkR 10 2 rw/mu\n", "x.txt does not say how it was recorded"},
		"no figure":    {head + "BenchmarkR/x 10 many ns/op\n", "x.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(strings.NewReader(c.text), "x.txt")
			assert.ErrorContains(t, err, c.want)
		})
	}
	rec := read(t, "BenchmarkR/a 10 2 rw/mu\nBenchmarkR/b 10 2 rw/other\n")
	for group, want := range map[string]string{"(": "the group of plot", "nothing": "no group in x.txt matches nothing", ".": "draw them apart"} {
		_, err := rec.Figure(Spec{Data: "x.txt", Title: "A", Group: group}, "a")
		require.ErrorContains(t, err, want)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("a.txt", "date: 2000-01-01\ncommand: echo 'BenchmarkR/x 10 2 rw/mu'\nnote: busy\nBenchmarkR/x 10 9 rw/mu\n")
	write("b.txt", "date: 2000-01-01\ncommand: exit 3\n")
	var out bytes.Buffer
	require.NoError(t, Record(t.Context(), dir, dir, []string{"a.txt"}, &out))
	assert.Equal(t, "echo 'BenchmarkR/x 10 2 rw/mu'\n", out.String())
	text, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "note: busy\nBenchmarkR/x 10 2 rw/mu\n")
	assert.NotContains(t, string(text), "2000-01-01")

	require.ErrorContains(t, Record(t.Context(), dir, dir, nil, &out), `running "exit 3"`)
	write("b.txt", "date: 2000-01-01\n")
	require.ErrorContains(t, Record(t.Context(), dir, dir, nil, &out), "b.txt has no line such as")
	write("b.txt", "command: echo\n")
	require.ErrorContains(t, Record(t.Context(), dir, dir, nil, &out), "is no recording")
	text, err = os.ReadFile(filepath.Join(dir, "b.txt"))
	require.NoError(t, err)
	assert.Equal(t, "command: echo\n", string(text), "what fails replaces nothing")
	require.ErrorContains(t, Record(t.Context(), dir, dir, []string{"none.txt"}, &out), "none.txt")
}
