package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck_findsDeadLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("other.md", "# A heading: with `code`\ntext\nmore\n")
	file := write("page.md", strings.Join([]string{
		"[ok](other.md) [ok](other.md#a-heading-with-code) [ok](https://example.com/x) [text](other.md#L2) [a.text](other.md#L2)",
		"[dead](none.md)",
		"[dead](other.md#nothing)",
		"[dead](other.md#L99)",
		"[a.heading](other.md#L2) [text](other.md#L1)",
		"```",
		"x[i](no link)",
		"[code](none.md)",
		"```",
		"\tx := errors.AsType[T](err)",
	}, "\n"))
	got := check(file)
	for i, want := range []string{"page.md:2: none.md: no such file", "page.md:3: other.md#nothing: no such heading", "page.md:4: other.md#L99: no such line", "page.md:5: other.md#L2: no heading on that line: make matrix numbers the links of the tables anew"} {
		if i >= len(got) || !strings.HasSuffix(got[i], want) {
			t.Fatalf("got %q, want an entry ending in %q", got, want)
		}
	}
	if len(got) != 4 {
		t.Errorf("got %q", got)
	}
}
