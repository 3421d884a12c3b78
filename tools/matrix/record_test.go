package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run of two variants of one bug: only the second is caught, with a report
// that names this machine's folders.
func TestWriteRecord(t *testing.T) {
	root := t.TempDir()
	kept := filepath.Join(root, "kept")
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	long := "DATA RACE\n\t" + root + "/goroutines/leak/buggy.go:7\n" + strings.Repeat("more\n", mostLines)
	if err := os.WriteFile(filepath.Join(kept, "race.txt"), []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	value := func(state, why string) string {
		v := `{"kind":"bug","name":"A","at":"buggy.go:7","mode":"race","cells":[{"detector":"race","state":"` + state + `","end":"returned","runs":2,"why":"` + why + `"}]}`
		quoted, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(quoted)
	}
	text := `{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA_once","Key":"detect","Value":` + value("silent", "nothing") + `}
{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"detect","Value":` + value("caught", "") + `}
{"Action":"artifacts","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Path":"` + kept + `"}
`
	said, failed, err := read(strings.NewReader(text), new(bytes.Buffer))
	if err != nil || failed != "" {
		t.Fatal(failed, err)
	}
	other, _, err := read(strings.NewReader(strings.ReplaceAll(text, kept, "/nowhere")), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	for i := range other.verdicts { // the other mode keeps its reports elsewhere
		other.verdicts[i].Cells = nil
	}
	said.add(other)
	found := []finding{{File: "goroutines/leak/buggy.go", Tool: "errcheck", Name: "A", Said: "not checked"}}
	out := filepath.Join(root, "record")
	if err := writeRecord(t.Context(), root, out, nil, said, found); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(out, "goroutines.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := json.Unmarshal(file, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Reports) != 2 {
		t.Fatalf("got %d reports, want one of errcheck and one of race", len(r.Reports))
	}
	if got := r.Reports[0]; got.Detector != "errcheck" || got.Text != "not checked" {
		t.Errorf("got %+v", got)
	}
	race := r.Reports[1]
	if race.Test != "TestA" || race.State != "caught" || race.Runs != 2 || race.End != "returned" {
		t.Errorf("got %+v, want what TestA saw", race)
	}
	if !strings.HasPrefix(race.Text, "DATA RACE\n\tgoroutines/leak/buggy.go:7\n") {
		t.Errorf("got %q, want a path of the repository", race.Text[:60])
	}
	if race.Cut != 2 || strings.Count(race.Text, "\n") != mostLines-1 {
		t.Errorf("%d lines are cut and %d kept", race.Cut, strings.Count(race.Text, "\n")+1)
	}
	if bytes.Contains(file, []byte(root)) {
		t.Error("the record names a folder of this machine")
	}
	said.verdicts[1].Reports = ""
	if err := writeRecord(t.Context(), root, out, nil, said, nil); err == nil || !strings.Contains(err.Error(), "what race said of A") {
		t.Errorf("a report that is missing is no error: %v", err)
	}
}

func TestShorten_keepsALongLineWithinItsBounds(t *testing.T) {
	kept, cut := shorten(strings.Repeat("é", mostBytes) + "\nsecond")
	if len(kept) > mostBytes+3 || cut != 1 {
		t.Errorf("kept %d bytes, cut %d lines", len(kept), cut)
	}
}

func TestModes_refusesAPartThatIsNone(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.work"), []byte("go 1.26.0\n\nuse ./goroutines\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := modes(root, "", []string{"gorotines"}); err == nil || !strings.Contains(err.Error(), `"gorotines"`) {
		t.Errorf("got %v", err)
	}
	both, err := modes(root, "/out", []string{"goroutines"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range both {
		if got := strings.Join(m.command, " "); !strings.HasPrefix(got, "go test -artifacts -outputdir=/out") {
			t.Errorf("got %s", got)
		}
	}
}
