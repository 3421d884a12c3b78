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

func TestUpdateReadmes(t *testing.T) {
	root := t.TempDir()
	readme := filepath.Join(root, "goroutines", "README.md")
	if err := os.Mkdir(filepath.Dir(readme), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(readme, []byte("# goroutines\n"+begin+"\nold\n"+end+"\nlast\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := new(bytes.Buffer)
	if err := updateReadmes(root, bugs(t), true, out); err == nil || !strings.Contains(err.Error(), "run make matrix") {
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
	for _, want := range []string{"# goroutines\n", "\nlast\n", "[leak.A](leak/buggy.go#L7)", "| **caught** |", "| some runs |", `A \| B (vet) |`} {
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
