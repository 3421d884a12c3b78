//go:build !race

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listed is what the guide's table names.
var listed = strings.Fields(`chi gin echo fiber grpc-go buf connect-go database/sql pgx sqlc ent gorm log/slog zerolog testify gomock
	testcontainers-go cobra viper pflag client_golang opentelemetry-go errgroup semaphore net/http retryablehttp encoding/json json-iterator`)

var (
	ecosystemRow = regexp.MustCompile(`(?s)<tr>\s*<td>([^<]+)</td>\s*<td><code>([^<]+)</code></td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>`)
	placeName    = regexp.MustCompile(`>([\w./-]+)</(?:a|code)>`)
)

// Each row of the ecosystem shows exactly the folders that a search in the text
// of the files finds: not by a parser, as the page does.
func TestEcosystem_showsEveryUse(t *testing.T) {
	t.Parallel()
	lines := importLines(t, "..")
	var names []string
	for _, m := range ecosystemRow.FindAllStringSubmatch(string(wholeSite(t).Files["ecosystem/index.html"]), -1) {
		name, pkg, uses, says := m[1], m[2], m[3], m[4]
		names = append(names, name)
		below := `(/[^"\s]*)?`
		if first, _, _ := strings.Cut(pkg, "/"); !strings.Contains(first, ".") {
			below = ""
		}
		use := regexp.MustCompile(`^((import )?([\w.]+ )?"` + regexp.QuoteMeta(pkg) + below + `"|(tool )?` + regexp.QuoteMeta(pkg) + below + `)$`)
		var want, shown []string
		for line, places := range lines {
			if use.MatchString(line) {
				want = append(want, places...)
			}
		}
		for _, p := range placeName.FindAllStringSubmatch(uses, -1) {
			shown = append(shown, p[1])
		}
		slices.Sort(want)
		assert.ElementsMatch(t, slices.Compact(want), shown, name)
		assert.Equal(t, len(want) == 0, strings.Contains(says, "<strong>Not used:</strong>"), name)
	}
	assert.Equal(t, listed, names)
}

// importLines are the lines that may be an import or a tool, with the folders
// or go.mod files that have them.
func importLines(t *testing.T, root string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	require.NoError(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() && file != root && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		isModule := d.Name() == "go.mod"
		if !isModule && filepath.Ext(file) != ".go" {
			return nil
		}
		place := file
		if !isModule {
			place = filepath.Dir(file)
		}
		place, err = filepath.Rel(root, place)
		require.NoError(t, err)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.SplitSeq(string(text), "\n") {
			line = strings.TrimSpace(line)
			if isModule == !strings.Contains(line, `"`) && strings.Contains(line, "/") {
				all[line] = append(all[line], filepath.ToSlash(place))
			}
		}
		return nil
	}))
	return all
}
