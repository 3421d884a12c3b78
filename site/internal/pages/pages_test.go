package pages

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/site/internal/deadlink"
	"example.com/goguide/site/internal/record"
)

// small is a configuration of the small goguide in testdata, with the real
// templates and assets.
func small(t *testing.T) Config {
	t.Helper()
	site := t.TempDir()
	require.NoError(t, os.CopyFS(site, os.DirFS("../../testdata/site")))
	for _, dir := range []string{"templates", "assets"} {
		require.NoError(t, os.CopyFS(filepath.Join(site, dir), os.DirFS("../../"+dir)))
	}
	return Config{Root: "../../testdata/repo", Site: site, Record: "../../testdata/record", Base: "https://example.org/go"}
}

func built(t *testing.T, cfg Config) *Site {
	t.Helper()
	s, err := Build(t.Context(), cfg)
	require.NoError(t, err)
	return s
}

func page(t *testing.T, s *Site, path string) string {
	t.Helper()
	text, ok := s.Files[path+"index.html"]
	require.True(t, ok, "no page %s", path)
	return string(text)
}

func TestBuild_hasNoDeadLinks(t *testing.T) {
	t.Parallel()
	assert.Empty(t, deadlink.Check(built(t, small(t)).Files))
}

func TestBuild_isReproducible(t *testing.T) {
	t.Parallel()
	cfg := small(t)
	first, second := built(t, cfg), built(t, cfg)
	assert.Equal(t, first.Files, second.Files)
}

// Facts of the page of a package, each a promise to a reviewer.
func TestPackagePage(t *testing.T) {
	t.Parallel()
	html := page(t, built(t, small(t)), "goroutines/leak/")
	for fact, want := range map[string]string{
		"a bug has its name as anchor":           `<h3 id="Abandoned">`,
		"a method has go doc's name":             `<h3 id="Cache.Get">`,
		"a second one of that name has its file": `<h3 id="refused.go.Abandoned">`,
		"correct code has its anchor":            `<h3 id="Awaited">`,
		"so has each name of a group":            `<a id="Wide"></a>`,
		"the address is canonical":               `<link rel="canonical" href="https://example.org/go/goroutines/leak/">`,
		"the policy is on the page":              `<meta http-equiv="Content-Security-Policy" content="` + strings.ReplaceAll(CSP, "'", "&#39;"),
		"the bug's line is marked":               `<mark class="bug">		answer &lt;- <span class="m">42</span>`,
		"its note explains it":                   `<span class="note">		<span class="c">// BUG(goleak, leakprofile): Abandoned&#39;s send`,
		"the correct code stands beside it":      `<b>Instead</b> <a href="#Awaited">Awaited</a>, <a href="../../goroutines/leak/leak.go/#L25">`,
		"the source is linked at the line":       `<a href="../../goroutines/leak/buggy.go/#L11">goroutines/leak/buggy.go:11</a>`,
		"the comment's headings are headings":    `<h3 id="doc-what-to-write">What to write</h3>`,
		"when not to use it is one of them":      `<h3 id="doc-when-not-to-use-it">`,
		"a link of the comment stays on a page":  `<a href="#Awaited">Awaited</a>`,
		"or leads to another":                    `<a href="../../channels/axioms/#Send">`,
		"or to pkg.go.dev":                       `<a href="https://pkg.go.dev/sync#Mutex">`,
		"the guide's section is linked":          `<a href="../../guide/2/#2.3">part 2.3</a> of the guide`,
		"a report is escaped":                    `with &lt;leak.Abandoned&gt; on top]`,
		"a report has a link":                    `<div id="Abandoned-goleak" class="report">`,
		"it says how it came about":              `In race mode, in one run of TestAbandoned; the code returned.`,
		"a long one is cut":                      `<summary>All 40 lines of the first 40</summary>`,
		"and says what the record lacks":         `The record leaves out 3 more lines.`,
		"silence says how long":                  `Silent in race mode, in 2 runs; the code returned.`,
		"what could not look says why":           `It could not look: it does real I/O.`,
		"what reports sometimes says so":         `<details class="v some-runs" name="Cache.Get">`,
		"a missing report is said to be missing": `Its report is not recorded here: make site records it.`,
		"a stale report is none":                 `It looked, and reported nothing.`,
		"a linter's words are there":             `Error return value is not checked`,
		"an assertion is a verdict":              `<div id="Cache.Get-test" class="report">`,
		"the release that ended it":              `<span class="tag">until go1.99</span>`,
		"the sentence is escaped":                `Cache.Get &lt;keeps&gt; its lock.`,
		"it can be reproduced":                   `cd goroutines &amp;&amp; go test -race -v -run &#39;^TestAbandoned$&#39; ./leak`,
		"in plain mode where that is needed":     `CGO_ENABLED=0 GOEXPERIMENT=goroutineleakprofile go test -v -run &#39;^TestAbandoned$&#39; ./leak`,
		"the proof is shown":                     `<summary>The proof: TestAbandoned</summary>`,
		"the near-miss is listed":                `TestAbandoned_stays</a> The near-miss: nobody &lt;leaves&gt;.`,
		"an example is shown":                    `<b>ExampleAwaited</b>`,
		"the exercise is named":                  `Train it: Too many replicas. <code>go run ./workshop check replicas</code>`,
		"a picture stands beside the bug":        `<img src="../../pictures/goroutines/leak/Abandoned.svg"`,
		"an old name stays an anchor":            `<a id="Left"></a>`,
		"also one that was renamed twice":        `<a id="Forgotten"></a>`,
		"what moved away leads there":            `<li id="Send">Send is now at <a href="../../channels/axioms/#Send">`,
		"the record says what it ran on":         `Reports recorded with go1.26.8 on linux/amd64.`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%s: %s is not on the page", fact, want)
		}
	}
	assert.NotContains(t, html, "stale: the matrix says silent")
	assert.NotContains(t, html, "<keep>")
}

func TestPackagePage_withoutARecord(t *testing.T) {
	t.Parallel()
	cfg := small(t)
	cfg.Record = t.TempDir()
	s := built(t, cfg)
	assert.Equal(t, []string{
		"channels/axioms.SendOnClosed panic",
		"goroutines/leak.Abandoned goleak",
		"goroutines/leak.Abandoned leakprofile",
		"goroutines/leak.Abandoned vet",
		"goroutines/leak.Cache.Get hang",
		"goroutines/leak.Cache.Get errcheck",
	}, s.Missing)
	html := page(t, s, "goroutines/leak/")
	assert.Contains(t, html, "The reports of this part are not recorded in this build")
	assert.Contains(t, html, `<details class="v caught" name="Abandoned">`, "the verdicts are those of matrix.json")
}

// Between two runs of make matrix lines move, and the page is of today's code.
func TestPackagePage_findsABugByItsName(t *testing.T) {
	t.Parallel()
	cfg := small(t)
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, os.DirFS(cfg.Root)))
	file := filepath.Join(root, "goroutines", "leak", "buggy.go")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	write(t, file, "// A new first line.\n\n"+string(text))
	cfg.Root = root
	html := page(t, built(t, cfg), "goroutines/leak/")
	if !strings.Contains(html, `goroutines/leak/buggy.go/#L13">goroutines/leak/buggy.go:13</a>`) || strings.Count(html, `<mark class="bug">`) != 3 {
		t.Error("the bug is not shown where it is now")
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := built(t, small(t))
	for path, wants := range map[string][]string{
		"": {
			`<a href="./goroutines/">goroutines</a>`, `4 bugs as real code`, `starting and ending goroutines`,
			`<a href="./goroutines/leak/">You read code</a>`, `<a href="./messages/">Error messages</a>`,
		},
		"goroutines/": {
			`<a href="../goroutines/leak/#Abandoned">leak.Abandoned</a>`, `<a href="../matrix/#part=goroutines">The matrix</a>`,
			`<a href="../channels/#axioms">`, `<a href="../goroutines/go.mod/">`, `has a row for each of the 3 bugs`,
		},
		"matrix/": {
			`goleak, hang, vet, panic`, `<li id="part=goroutines"><a href="goroutines/">goroutines</a> 3</li>`,
			`<option>errcheck</option>`, `<tbody></tbody>`,
		},
		"matrix/goroutines/": {
			`<a href="../../goroutines/leak/#Abandoned-goleak" aria-label="goleak caught">●</a>`,
			`<a href="../../goroutines/leak/#Cache.Get-errcheck">errcheck</a>`, `<a href="../../goroutines/leak/#Cache.Get-test">test</a>`,
			`aria-label="fatal some runs">◐</a>`, `aria-label="synctest open">○</a>`, `<td>–</td>`, `<a href="../#part=goroutines">`,
		},
		"goroutines/leak/buggy.go/": {`<span id="L11">`, `<a href="../../../goroutines/leak/">`},
		"goroutines/go.mod/":        {`<span id="L1">`},
		"guide/2/": {
			`<h2 id="23-leaks"><a id="2.3"></a>2.3 Leaks</h2>`, `<a href="../../goroutines/leak/#Awaited">`,
			`<span class="k">func</span>`, `<span class="b">echo</span>`,
		},
		"goroutines/lost/": {
			`http-equiv="refresh" content="0; url=../../goroutines/leak/"`,
			`<li id="Gone">Gone is now at <a href="../../goroutines/leak/#Abandoned">`,
		},
	} {
		html := page(t, s, path)
		for _, want := range wants {
			if !strings.Contains(html, want) {
				t.Errorf("%s: %s is not on the page", path, want)
			}
		}
	}
	assert.NotContains(t, page(t, s, "goroutines/"), "a table that the site replaces")
	assert.Contains(t, string(s.Files["404.html"]), `href="/go/style.css"`, "it may be shown at any depth")
}

func TestTextPage_drawsPlots(t *testing.T) {
	t.Parallel()
	cfg := small(t)
	require.NoError(t, os.Mkdir(filepath.Join(cfg.Site, "content", "bench"), 0o700))
	write(t, filepath.Join(cfg.Site, "content", "bench", "x.txt"), "date: 2026-01-02\ncommand: go test -bench=.\nBenchmarkR/x 10 2 rw/mu\n")
	write(t, filepath.Join(cfg.Site, "content", "x.md"), "# X\n\n```plot\ndata: x.txt\ntitle: A lock\ngroup: .\n```\n")
	s := built(t, cfg)
	html := page(t, s, "x/")
	assert.Contains(t, html, `<title id="plot-a-lock">A lock</title>`)
	assert.Contains(t, html, `<pre tabindex="0">go test -bench=.</pre>`)
	assert.Empty(t, deadlink.Check(s.Files))
}

// rows.json is what matrix.js knows of the bugs.
func TestMatrixRows(t *testing.T) {
	t.Parallel()
	var f rowsFile
	require.NoError(t, json.Unmarshal(built(t, small(t)).Files["matrix/rows.json"], &f))
	assert.Equal(t, rowsFile{
		Detectors: record.Detectors,
		Packages: []rowsOfPackage{
			{"goroutines/leak/", [][5]string{
				{"Abandoned", "", "sccossss", "", "Abandoned's send blocks for ever, as nobody receives."},
				{"Cache.Get", "", "ssssssmc", "errcheck test", "Cache.Get <keeps> its lock."},
				{"Abandoned", "refused.go.Abandoned", "--------", "vet", "Abandoned copies a lock."},
			}},
			{"channels/axioms/", [][5]string{{"SendOnClosed", "", "ssssscss", "", "SendOnClosed sends on a closed channel."}}},
		},
	}, f)
}

func TestSearchIndex(t *testing.T) {
	t.Parallel()
	var index search
	require.NoError(t, json.Unmarshal(built(t, small(t)).Files["search.json"], &index))
	found := map[string]*searchPage{}
	for _, p := range index.Pages {
		found[p.Path] = p
	}
	leak := found["goroutines/leak/"]
	require.NotNil(t, leak)
	assert.Contains(t, leak.Anchors, [3]string{"Abandoned", "", "Abandoned's send blocks for ever, as nobody receives."})
	assert.Contains(t, leak.Anchors, [3]string{"Abandoned", "refused.go.Abandoned", "Abandoned copies a lock."})
	assert.Equal(t, []string{"Room", "Wide", "Awaited"}, leak.Code)
	require.NotNil(t, found["messages/"])
	assert.Equal(t, kindMessage, found["messages/"].Inner)
	assert.Equal(t, "send on closed channel", found["messages/"].Anchors[0][0])
}

func TestBuild_refusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, cfg *Config)
		want  string
	}{
		"no matrix": {func(t *testing.T, cfg *Config) { cfg.Root = t.TempDir() }, "run make matrix there"},
		"a record of another version": {func(t *testing.T, cfg *Config) {
			cfg.Record = t.TempDir()
			write(t, filepath.Join(cfg.Record, "goroutines.json"), `{"version":2}`)
		}, "no record of make matrix"},
		"a record that is none": {func(t *testing.T, cfg *Config) {
			cfg.Record = t.TempDir()
			write(t, filepath.Join(cfg.Record, "goroutines.json"), "{")
		}, "goroutines.json"},
		"a base without a host":  {func(_ *testing.T, cfg *Config) { cfg.Base = "example.org" }, "write https://example.org/goguide"},
		"a base of another kind": {func(_ *testing.T, cfg *Config) { cfg.Base = "ftp://example.org" }, "write https://"},
		"an exercise that trains nothing": {func(t *testing.T, cfg *Config) {
			root := t.TempDir()
			require.NoError(t, os.CopyFS(root, os.DirFS(cfg.Root)))
			write(t, filepath.Join(root, "workshop", "answers", "01-replicas", "exercise.md"), "# Too many replicas\n")
			cfg.Root = root
		}, "exercise.md has no title, or no line such as"},
		"a redirect to nowhere": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "redirects.txt"), "/a/ b\n")
		}, "redirects.txt:1: want two paths"},
		"redirects in a circle": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "redirects.txt"), "/a/ /b/\n/b/ /a/\n")
		}, "leads in a circle"},
		"a text that links to nothing": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "content", "x.md"), "# X\n\n[y](y.go)\n")
		}, "site/content/x.md links to y.go, which is not there"},
		"a text without a title": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "content", "x.md"), "X\n")
		}, "does not begin with a heading"},
		"an ecosystem that is not so": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "content", "ecosystem.md"), "# E\n\n| cobra | `github.com/spf13/cobra` | Commands |\n")
		}, "site/content/ecosystem.md: the table of the ecosystem is wrong:\n\tgithub.com/spf13/cobra is used nowhere"},
		"a plot of nothing": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "content", "x.md"), "# X\n\n```plot\ndata: x.txt\n```\n")
		}, "rendering site/content/x.md: a plot has the lines data: FILE"},
		"a plot without its recording": {func(t *testing.T, cfg *Config) {
			write(t, filepath.Join(cfg.Site, "content", "x.md"), "# X\n\n```plot\ndata: x.txt\ntitle: X\ngroup: .\n```\n")
		}, "rendering site/content/x.md: a plot's recording"},
		"a matrix that is ahead of the code": {func(t *testing.T, cfg *Config) {
			root := t.TempDir()
			require.NoError(t, os.CopyFS(root, os.DirFS(cfg.Root)))
			file := filepath.Join(root, "matrix.json")
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			write(t, file, strings.NewReplacer(`"name": "SendOnClosed"`, `"name": "Gone"`, `"line": 7`, `"line": 900`).Replace(string(text)))
			cfg.Root = root
		}, "buggy.go:900, which is not there: run make matrix"},
		"a matrix of files that are gone": {func(t *testing.T, cfg *Config) {
			root := t.TempDir()
			require.NoError(t, os.CopyFS(root, os.DirFS(cfg.Root)))
			require.NoError(t, os.Remove(filepath.Join(root, "channels", "axioms", "buggy.go")))
			cfg.Root = root
		}, "axioms/buggy.go, which is not there: run make matrix"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := small(t)
			c.spoil(t, &cfg)
			_, err := Build(t.Context(), cfg)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func TestWrite(t *testing.T) {
	t.Parallel()
	s := &Site{Files: map[string][]byte{"a/index.html": []byte("a"), "b.css": []byte("b")}}
	dir := filepath.Join(t.TempDir(), "new", "out")
	require.NoError(t, s.Write(dir))
	s.Files = map[string][]byte{"a/index.html": []byte("newer")}
	require.NoError(t, s.Write(dir), "it may write again where it has written")
	text, err := os.ReadFile(filepath.Join(dir, "a", "index.html"))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(text, []byte("newer")))
	assert.NoFileExists(t, filepath.Join(dir, "b.css"), "what is gone from the site goes")

	theirs := t.TempDir()
	write(t, filepath.Join(theirs, "letter.txt"), "dear")
	require.ErrorIs(t, s.Write(theirs), ErrNotOurs)
	assert.FileExists(t, filepath.Join(theirs, "letter.txt"))
}

func TestLost(t *testing.T) {
	t.Parallel()
	cfg := small(t)
	s := built(t, cfg)
	assert.Contains(t, s.Anchors, "/goroutines/leak/#Abandoned")
	lost, err := s.Lost([]string{
		"/goroutines/leak/#Abandoned", // there
		"/goroutines/leak/#Forgotten", // renamed twice
		"/goroutines/lost/#Gone",      // its package is gone
		"/goroutines/leak/#Dropped",
		"/goroutines/lost/#Other",
	}, filepath.Join(cfg.Site, "redirects.txt"))
	require.NoError(t, err)
	assert.Equal(t, []string{"/goroutines/leak/#Dropped", "/goroutines/lost/#Other"}, lost)
}
