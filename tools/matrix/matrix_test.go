package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What two modes printed of one bug, beside the noise of go test -json.
const raceRun = `{"Action":"start","Package":"example.com/goguide/goroutines/leak"}
{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"detect","Value":"{\"kind\":\"bug\",\"name\":\"A\",\"at\":\"buggy.go:7\",\"text\":\"A | B\",\"note\":[\"race\",\"hang?\",\"vet\"],\"mode\":\"race\",\"cells\":[{\"detector\":\"race\",\"state\":\"caught\"},{\"detector\":\"deadlock\",\"state\":\"open\"},{\"detector\":\"hang\",\"state\":\"silent\"}]}"}
{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"other","Value":"{}"}
{"Action":"pass","Package":"example.com/goguide/goroutines/leak","Elapsed":1.5}
`

const plainRun = `{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"detect","Value":"{\"kind\":\"bug\",\"name\":\"A\",\"at\":\"buggy.go:7\",\"text\":\"A | B\",\"note\":[\"race\",\"hang?\",\"vet\"],\"mode\":\"plain\",\"cells\":[{\"detector\":\"race\",\"state\":\"open\"},{\"detector\":\"deadlock\",\"state\":\"silent\"},{\"detector\":\"hang\",\"state\":\"caught\"}]}"}
`

func bugs(t *testing.T) []bug {
	t.Helper()
	var all []verdict
	for _, text := range []string{raceRun, plainRun} {
		vs, failed, err := read(strings.NewReader(text), new(bytes.Buffer))
		if err != nil || failed != "" {
			t.Fatal(failed, err)
		}
		all = append(all, vs...)
	}
	return merge(all)
}

func TestMerge_closesInOneModeWhatIsOpenInTheOther(t *testing.T) {
	got := bugs(t)
	if len(got) != 1 {
		t.Fatalf("got %d bugs", len(got))
	}
	for detector, want := range map[string]string{"race": "caught", "deadlock": "silent", "hang": "some runs"} {
		if got[0].states[detector] != want {
			t.Errorf("%s is %q, want %q", detector, got[0].states[detector], want)
		}
	}
	if !slices.Equal(got[0].others, []string{"vet"}) {
		t.Errorf("others are %q", got[0].others)
	}
}

func TestRead_keepsTheOutputOfFailures(t *testing.T) {
	_, failed, err := read(strings.NewReader(`# cannot build
{"Action":"output","Package":"p","Test":"TestGood","Output":"fine\n"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"why it failed\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
`), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	if failed != "# cannot build\nwhy it failed\n" {
		t.Errorf("got %q", failed)
	}
}

func writeSource(t *testing.T, root, file, text string) {
	t.Helper()
	name := filepath.Join(root, "goroutines", filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUpdateReadmes_refusesANoteWithoutAVerdict(t *testing.T) {
	root := t.TempDir()
	writeSource(t, root, "README.md", begin+"\n"+end+"\n")
	writeSource(t, root, "leak/buggy.go", "package leak\n\nfunc A() {} // BUG(race): proven\n\nfunc (c *Cache) Get() {} // BUG(race): not proven\n")
	err := updateReadmes(root, bugs(t), false, new(bytes.Buffer))
	if err == nil || !strings.HasSuffix(err.Error(), "for goroutines/leak/Cache.Get") {
		t.Errorf("got %v", err)
	}
}

func TestUpdateReadmes(t *testing.T) {
	root := t.TempDir()
	readme := filepath.Join(root, "goroutines", "README.md")
	if err := os.Mkdir(filepath.Dir(readme), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(readme, []byte("# goroutines\n"+begin+"\nold\n"+end+"\nlast\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	writeSource(t, root, "leak/buggy.go", "package leak\n\n// A is bad. Compare [B] or [C.D], and [fmt.Errorf].\nfunc A() {} // BUG(race): it is bad\n")
	writeSource(t, root, "leak/leak.go", "package leak\n\nfunc B() {}\n\ntype C[T any] struct{}\n\nfunc (*C[T]) D() {}\n")
	out := new(bytes.Buffer)
	if err := updateReadmes(root, bugs(t), true, out); err == nil || !strings.Contains(err.Error(), "run make matrix") || !strings.Contains(err.Error(), "\n\t| bug |") {
		t.Errorf("a stale table passes the check: %v", err)
	}
	if err := updateReadmes(root, bugs(t), false, out); err != nil {
		t.Fatal(err)
	}
	if err := updateReadmes(root, bugs(t), true, out); err != nil {
		t.Errorf("a fresh table is called stale: %v", err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# goroutines\n", "\nlast\n", "[leak.A](leak/buggy.go#L7)", "| **caught** |", "| some runs |", `A \| B (vet) | [B](leak/leak.go#L3), [C.D](leak/leak.go#L7) |`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if err := os.WriteFile(readme, []byte("# no markers\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := updateReadmes(root, bugs(t), false, out); err == nil || !strings.Contains(err.Error(), begin) {
		t.Errorf("missing markers: %v", err)
	}
}
