//go:build !race

// What the pages say is the same under the race detector, which makes building
// all of them ten times slower. It looks at how they are built in the tests of
// internal/pages, over a small repository.

package main

import (
	"bytes"
	"compress/gzip"
	"context"
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

var loaded = regexp.MustCompile(`(?:<script src|<link rel="(?:stylesheet|icon)" href|<img src)="(?:\.\./|\./)*([^"]+)"`)

// A page is light: 60 kB over the wire with all that it loads.
func TestSite_isLight(t *testing.T) {
	t.Parallel()
	const most = 60_000
	s := wholeSite(t)
	assets := map[string]int{}
	for path, text := range s.Files {
		if !strings.HasSuffix(path, ".html") {
			assets[path] = packed(t, text)
		}
	}
	heaviest, name := 0, ""
	for path, text := range s.Files {
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		sum := packed(t, text)
		for _, m := range loaded.FindAllSubmatch(text, -1) {
			sum += assets[string(m[1])]
		}
		if sum > most {
			t.Errorf("%s weighs %d bytes", path, sum)
		}
		if sum > heaviest {
			heaviest, name = sum, path
		}
	}
	t.Logf("the heaviest page is %s with %d bytes, goroutines/leak has %d, the search index %d more",
		name, heaviest, packed(t, s.Files["goroutines/leak/index.html"]), packed(t, s.Files["search.json"]))
	assert.Less(t, packed(t, s.Files["search.json"]), most)
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
