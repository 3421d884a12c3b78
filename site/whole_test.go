//go:build !race

// What the pages say is the same under the race detector, which makes building
// all of them ten times slower. It looks at how they are built in the tests of
// internal/pages, over a small repository.

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"html"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/site/internal/deadlink"
	"example.com/goguide/site/internal/pages"
	"example.com/goguide/site/internal/plot"
)

// whole builds the site of the repository that this is part of, with the record
// of testdata, so that a run on somebody's machine changes nothing.
func whole(ctx context.Context) (*pages.Site, error) {
	return pages.Build(ctx, pages.Config{Root: "..", Record: filepath.Join("testdata", "record"), Base: "https://example.org/goguide"})
}

var once = sync.OnceValues(func() (*pages.Site, error) { return whole(context.Background()) })

// wholeSite is built once for all tests.
func wholeSite(t *testing.T) *pages.Site {
	t.Helper()
	s, err := once()
	require.NoError(t, err)
	return s
}

func TestSite_hasNoDeadLinks(t *testing.T) {
	t.Parallel()
	assert.Empty(t, deadlink.Check(wholeSite(t).Files))
}

// A link to an identifier stays alive: what vanishes needs a redirect.
func TestSite_keepsItsAnchors(t *testing.T) {
	t.Parallel()
	old, err := readLines(anchorsFile)
	require.NoError(t, err)
	require.NotEmpty(t, old)
	lost, err := wholeSite(t).Lost(old, "redirects.txt")
	require.NoError(t, err)
	if len(lost) > 0 {
		t.Error(lostError(lost))
	}
}

func packed(t *testing.T, text []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Len()
}

var loaded = regexp.MustCompile(`(?:<script src|<link rel="(?:stylesheet|icon|preload)"(?: as="fetch")? href|<img src)="([^"]+)"`)

// weight is what a page takes over the wire with all that it loads.
func weight(t *testing.T, s *pages.Site, page string) int {
	t.Helper()
	sum := packed(t, s.Files[page])
	for _, m := range loaded.FindAllSubmatch(s.Files[page], -1) {
		name := path.Join(path.Dir(page), string(m[1]))
		if page == "404.html" {
			name = strings.TrimPrefix(string(m[1]), "/goguide/")
		}
		require.Contains(t, s.Files, name, page)
		sum += packed(t, s.Files[name])
	}
	return sum
}

// A page is light: 60 kB over the wire with all that it loads. The matrix has a
// row for each bug, and must still be light when there are 1000.
func TestSite_isLight(t *testing.T) {
	t.Parallel()
	const most = 60_000
	s := wholeSite(t)
	heaviest, name := 0, ""
	for page := range s.Files {
		if !strings.HasSuffix(page, ".html") {
			continue
		}
		sum := weight(t, s, page)
		if sum > most {
			t.Errorf("%s weighs %d bytes", page, sum)
		}
		if sum > heaviest {
			heaviest, name = sum, page
		}
	}
	matrix, rows := weight(t, s, "matrix/index.html"), packed(t, s.Files["matrix/rows.json"])
	search := packed(t, s.Files["search.json"])
	t.Logf("the heaviest page is %s with %d bytes, the matrix has %d, of which %d are its %d rows, goroutines/leak has %d, the search index %d more",
		name, heaviest, matrix, rows, s.Bugs, weight(t, s, "goroutines/leak/index.html"), search)
	assert.Less(t, matrix-rows+rows*1000/s.Bugs, most, "the matrix with 1000 bugs")
	assert.Less(t, search, most)
}

// Each recording is drawn, with the command that measures it, and says that it
// was made on a shared machine.
func TestBenchmarks_drawEveryRecording(t *testing.T) {
	t.Parallel()
	page := string(wholeSite(t).Files["benchmarks/index.html"])
	files, err := filepath.Glob(filepath.Join("content", "bench", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		rec, err := plot.Read(bytes.NewReader(text), file)
		require.NoError(t, err)
		assert.Contains(t, page, "<pre tabindex=\"0\">"+html.EscapeString(rec.Command)+"</pre>", file)
		assert.Contains(t, rec.Note, "shared machine", file)
		assert.NotEmpty(t, rec.Go, file)
	}
	assert.Equal(t, strings.Count(page, "<svg "), strings.Count(page, `<div class="command">`))
}

// Build is meant to take under 3 s on two cores for 200 packages; goguide's
// own figures are in the README.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		start := time.Now()
		s, err := whole(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(s.Files)), "files")
		b.ReportMetric(time.Since(start).Seconds(), "s/build")
	}
}
