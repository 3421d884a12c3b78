package ecosystem

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// repo writes files, and reads what they use.
func repo(t *testing.T, files map[string]string) *Uses {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	u, err := Read(root)
	require.NoError(t, err)
	return u
}

func small(t *testing.T) *Uses {
	t.Helper()
	return repo(t, map[string]string{
		"web/chi/chi.go":            "package chi\n\nimport chimux \"example.org/chi/v5\"\n",
		"web/chi/chi_test.go":       "package chi\n\nimport _ \"example.org/chi/v5/middleware\"\n",
		"web/a/a_test.go":           "package a\n\nimport _ \"example.org/chi/v5\"\n",
		"web/chi/testdata/x.go":     "package x\n\nimport _ \"example.org/refused\"\n",
		"web/chi/other.go":          "package chi\n\nimport _ \"example.org/chicory\"\n",
		"web/net/net.go":            "package net\n\nimport _ \"net/http\"\n",
		"web/net/net_test.go":       "package net\n\nimport _ \"net/http/httptest\"\n",
		".cache/x/x.go":             "package x\n\nimport _ \"example.org/refused\"\n",
		"tools/rpc/go.mod":          "module example.com/rpc\n\ngo 1.26\n\ntool example.org/buf/cmd/buf\n",
		"web/chi/unformatted.go":    "package chi; import (\"fmt\"; . \"example.org/dot\")\n",
		"web/chi/comment.go":        "package chi\n\n// import \"example.org/refused\"\nconst s = `import \"example.org/refused\"`\n",
		"tools/rpc/testdata/go.mod": "module example.com/x\n\ntool example.org/refused\n",
	})
}

func TestUses(t *testing.T) {
	t.Parallel()
	u := small(t)
	for pkg, want := range map[string][]Place{
		"example.org/chi":     {{"web/chi", true}, {"web/a", false}},
		"example.org/dot":     {{"web/chi", true}},
		"net/http":            {{"web/net", true}},
		"net":                 {},
		"example.org/refused": {},
	} {
		got, tools := u.Of(pkg)
		assert.ElementsMatch(t, want, got, pkg)
		assert.Empty(t, tools, pkg)
	}
	places, tools := u.Of("example.org/buf")
	assert.Empty(t, places)
	assert.Equal(t, []string{"tools/rpc/go.mod"}, tools)
}

func TestFill(t *testing.T) {
	t.Parallel()
	got, err := small(t).Fill([]byte(head+
		"| chi | `example.org/chi` | Routes |\n"+
		"| buf | `example.org/buf` | Lints |\n"+
		"| old | `example.org/refused` | **Not used:** it is old |\n"),
		func(dir string) bool { return dir == "web/chi" })
	require.NoError(t, err)
	assert.Equal(t, headWith+
		"| chi | `example.org/chi` | [web/chi](../../web/chi), `web/a` (tests) | Routes |\n"+
		"| buf | `example.org/buf` | [tools/rpc/go.mod](../../tools/rpc/go.mod), as a tool | Lints |\n"+
		"| old | `example.org/refused` | – | **Not used:** it is old |\n", string(got))
}

func TestFill_hidesWhatIsMany(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for dir := range strings.FieldsSeq("a b c d e f") {
		files[dir+"/x.go"] = "package x\n\nimport _ \"example.org/chi\"\n"
	}
	got, err := repo(t, files).Fill([]byte("| chi | `example.org/chi` | Routes |\n"), func(string) bool { return false })
	require.NoError(t, err)
	assert.Equal(t, "| chi | `example.org/chi` | `a`, `b`, `c`, `d` <details><summary>and 2 more</summary>`e`, `f`</details> | Routes |\n", string(got))
}

// A row that claims a use that there is not, or denies one that there is, is
// refused, and the error names it.
func TestFill_refusesAFalseRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ row, want string }{
		"a use that is none":        {"| x | `example.org/refused` | Fine |\n", "example.org/refused is used nowhere"},
		"a use that is denied":      {"| x | `example.org/chi` | **Not used:** no |\n", "example.org/chi is used, by web/chi"},
		"a use by tests is denied":  {"| x | `net/http/httptest` | **Not used:** no |\n", "net/http/httptest is used, by web/net"},
		"a use as a tool is denied": {"| x | `example.org/buf` | **Not used:** no |\n", "example.org/buf is used, by tools/rpc/go.mod"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := small(t).Fill([]byte(head+c.row), func(string) bool { return true })
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestRead_saysWhatDoesNotParse(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"x.go": "packag x\n", "go.mod": "modul x\n"} {
		root := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
		_, err := Read(root)
		assert.ErrorContains(t, err, name)
	}
}
