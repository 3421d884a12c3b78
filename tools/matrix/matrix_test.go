package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What two modes printed of one bug, beside the noise of go test -json.
const raceRun = `{"Action":"start","Package":"example.com/goguide/goroutines/leak"}
{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"detect","Value":"{\"kind\":\"bug\",\"name\":\"A\",\"at\":\"buggy.go:7\",\"text\":\"A | B\",\"note\":[\"race\",\"hang?\",\"vet\"],\"mode\":\"race\",\"cells\":[{\"detector\":\"race\",\"state\":\"caught\"},{\"detector\":\"deadlock\",\"state\":\"open\"},{\"detector\":\"hang\",\"state\":\"silent\"}]}"}
{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"other","Value":"{}"}
{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestVet","Key":"refused","Value":"{\"tool\":\"vet\",\"file\":\"testdata/refused/refused.go\",\"line\":12,\"decl\":\"Copied\",\"declLine\":11,\"doc\":\"Copied copies.\",\"what\":\"copylocks\"}"}
{"Action":"pass","Package":"example.com/goguide/goroutines/leak","Elapsed":1.5}
`

const plainRun = `{"Action":"attr","Package":"example.com/goguide/goroutines/leak","Test":"TestA","Key":"detect","Value":"{\"kind\":\"bug\",\"name\":\"A\",\"at\":\"buggy.go:7\",\"text\":\"A | B\",\"note\":[\"race\",\"hang?\",\"vet\"],\"mode\":\"plain\",\"cells\":[{\"detector\":\"race\",\"state\":\"open\"},{\"detector\":\"deadlock\",\"state\":\"silent\"},{\"detector\":\"hang\",\"state\":\"caught\"}]}"}
`

func bugs(t *testing.T) []bug {
	t.Helper()
	var all report
	for _, text := range []string{raceRun, plainRun} {
		said, failed, err := read(strings.NewReader(text), new(bytes.Buffer))
		if err != nil || failed != "" {
			t.Fatal(failed, err)
		}
		all.verdicts = append(all.verdicts, said.verdicts...)
		all.refusals = append(all.refusals, said.refusals...)
	}
	return merge(all, []finding{
		{File: "goroutines/leak/buggy.go", At: 7, Tool: "vet", Name: "A", Text: "A is bad"},
		{File: "goroutines/leak/buggy.go", At: 9, Tool: "errcheck", Name: "A", Text: "A is worse"},
		{File: "goroutines/leak/buggy.go", At: 30, Tool: "containedctx", Name: "Kept", Text: "Kept keeps it"},
	})
}

func TestMerge_closesInOneModeWhatIsOpenInTheOther(t *testing.T) {
	got := bugs(t)
	if len(got) != 3 {
		t.Fatalf("got %d bugs", len(got))
	}
	for detector, want := range map[string]string{"race": "caught", "deadlock": "silent", "hang": "some runs"} {
		if got[0].states[detector] != want {
			t.Errorf("%s is %q, want %q", detector, got[0].states[detector], want)
		}
	}
	if len(got[0].others) > 0 || got[0].test {
		t.Errorf("others are %q, test %t", got[0].others, got[0].test)
	}
}

func TestTables_refuseACellThatNoRunHasClosed(t *testing.T) {
	var all report
	for _, mode := range []string{"race", "plain"} {
		v := verdict{Package: module + "goroutines/leak", Kind: "bug", Name: "A", At: "buggy.go:3", Mode: mode}
		for _, d := range detectors {
			state := "silent"
			if d == "synctest" || d == "race" && mode == "plain" {
				state = "open"
			}
			v.Cells = append(v.Cells, cell{Detector: d, State: state})
		}
		all.verdicts = append(all.verdicts, v)
	}
	root := t.TempDir()
	for _, part := range []string{"", "goroutines"} {
		writeFile(t, filepath.Join(root, part, "README.md"), begin+"\n"+end+"\n")
	}
	writeFile(t, filepath.Join(root, configFile), configBegin+"\n"+configEnd+"\n")
	writeSource(t, root, "leak/buggy.go", "package leak\n\nfunc A() {} // BUG(test): it is bad\n")
	out := new(bytes.Buffer)
	const want = "no run has closed these cells: goroutines/leak.A synctest\n"
	if err := (options{root: root}).tables(all, nil, out); err != nil || !strings.Contains(out.String(), "make check will refuse this: "+want) {
		t.Errorf("%v, and printed\n%s", err, out)
	}
	if err := (options{root: root, check: true}).tables(all, nil, out); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("an open cell passes the check: %v", err)
	}
	for _, v := range all.verdicts {
		for i := range v.Cells {
			if v.Cells[i].Detector == "synctest" {
				v.Cells[i].State = "silent"
			}
		}
	}
	for _, check := range []bool{false, true} {
		if err := (options{root: root, check: check}).tables(all, nil, out); err != nil {
			t.Errorf("check %v of a table whose cells are closed: %v", check, err)
		}
	}
}

func TestMerge_addsWhatToolsFindWithoutRunningIt(t *testing.T) {
	got := bugs(t)
	for i, want := range []struct {
		name, at, static, marks string
	}{
		{"A", "leak/buggy.go#L7", "errcheck, vet", "**caught**"},
		{"Copied", "leak/testdata/refused/refused.go#L11", "vet", "–"},
		{"Kept", "leak/buggy.go#L30", "containedctx", "–"},
	} {
		b := got[i]
		if b.name != want.name || b.at() != want.at || strings.Join(b.static, ", ") != want.static || b.mark("race") != want.marks {
			t.Errorf("got %+v, want %+v", b, want)
		}
	}
}

func row(seen ...string) bug {
	b := bug{states: map[string]string{}}
	for _, name := range seen {
		if slices.Contains(detectors, name) {
			b.states[name] = "caught"
		} else {
			b.static = append(b.static, name)
		}
	}
	return b
}

func TestSmallest(t *testing.T) {
	for _, c := range []struct {
		bugs []bug
		want string
	}{
		{nil, ""},
		{[]bug{row(), row("hang", "goleak"), row("goleak", "vet")}, "goleak"},
		{[]bug{row("race"), row("hang", "race"), row("hang", "vet"), row("goleak", "hang"), row("hang")}, "hang race"},
		// The one that sees most is not in the smallest set.
		{[]bug{
			row("race", "goleak"), row("race", "goleak"), row("race", "panic"), row("race", "panic"),
			row("goleak"), row("panic"),
		}, "goleak panic"},
		{[]bug{row("a", "x"), row("b", "x"), row("c", "y"), row("b", "y"), row("a", "z"), row("c", "z")}, "a b c"},
	} {
		if got := strings.Join(smallest(c.bugs), " "); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestTallies_countWhatNothingElseReports(t *testing.T) {
	withTest := row("race")
	withTest.test = true
	got := tallies([]bug{row("race"), withTest, row("vet", "race"), row("vet")})
	if got[0] != (tally{"race", 3, 1}) || got[1] != (tally{"vet", 2, 1}) || got[2] != (tally{"test", 1, 0}) {
		t.Errorf("got %v", got)
	}
}

func TestUpdateJSON_isReproducible(t *testing.T) {
	root := t.TempDir()
	if err := updateJSON(root, bugs(t), true, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "run make matrix") {
		t.Errorf("a missing file passes the check: %v", err)
	}
	if err := updateJSON(root, bugs(t), false, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	if err := updateJSON(root, bugs(t), true, new(bytes.Buffer)); err != nil {
		t.Errorf("the same rows make another file: %v", err)
	}
}

func TestReadFindings_saysWhatToRun(t *testing.T) {
	if _, err := readFindings(t.TempDir()); err == nil || !strings.Contains(err.Error(), "run make lint first") {
		t.Errorf("got %v", err)
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
	writeFile(t, filepath.Join(root, "goroutines", filepath.FromSlash(file)), text)
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
	for name, text := range map[string]string{"README.md": begin + "\n" + end, configFile: configBegin + "\n" + configEnd + "\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
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
	config, err := os.ReadFile(filepath.Join(root, configFile))
	if want := configBegin + "\n#   containedctx\n#     /goroutines/leak/#Kept\n#   errcheck\n#     /goroutines/leak/#A\n#   vet\n#     /goroutines/leak/#A\n#     /goroutines/leak/#Copied\n" + configEnd + "\n"; err != nil || string(config) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, config, want)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# goroutines\n", "\nlast\n", "[leak.A](leak/buggy.go#L7)", "| **caught** |", "| some runs |", `| **errcheck, vet** | A \| B | [B](leak/leak.go#L3), [C.D](leak/leak.go#L7) |`} {
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

// A release that leaves the file of a bug out neither loses its row nor calls
// its note unproven.
func TestKeep(t *testing.T) {
	root := t.TempDir()
	for _, part := range []string{"", "goroutines"} {
		writeFile(t, filepath.Join(root, part, "README.md"), begin+"\n"+end+"\n")
	}
	writeFile(t, filepath.Join(root, configFile), configBegin+"\n"+configEnd+"\n")
	writeSource(t, root, "leak/buggy.go", "package leak\n\nfunc A() {} // BUG(race): it is bad\n")
	writeSource(t, root, "leak/buggy_old.go", "//go:build go1.25 && !go1.26\n\npackage leak\n\nfunc Old() {} // BUG(race): it was bad\n")
	old := bug{
		part: "goroutines", pkg: "leak", name: "Old", file: "buggy_old.go", line: 5, text: "it was bad",
		others: []string{"until go1.25"}, test: true, static: []string{"revive"}, states: map[string]string{"race": "caught", "synctest": "open"},
	}
	gone := old
	gone.name, gone.file = "Gone", "buggy_gone.go"
	stale := old
	stale.name, stale.file = "Stale", "buggy.go"
	text, err := encode(append(bugs(t), gone, old, stale))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, jsonFile), string(text))

	o := options{root: root}
	all, names, err := o.keep(bugs(t))
	if err != nil || !slices.Equal(names, []string{"goroutines/leak.Old"}) {
		t.Fatalf("kept %q, %v", names, err)
	}
	if got := all[len(all)-1]; len(all) != 4 || !reflect.DeepEqual(got, old) {
		t.Errorf("got %d rows, the last %+v, want %+v", len(all), got, old)
	}
	if err := updateReadmes(root, all, false, new(bytes.Buffer)); err != nil {
		t.Errorf("with the row of Old: %v", err)
	}
	o.parts = []string{"channels"}
	if _, names, _ := o.keep(nil); len(names) > 0 {
		t.Errorf("kept %q of a part that does not run", names)
	}
	if rows, err := kept(root, []string{"go1.25"}); len(rows) > 0 || err != nil {
		t.Errorf("kept %v of a file that is built, %v", rows, err)
	}
	writeFile(t, filepath.Join(root, jsonFile), "{")
	if _, _, err := o.keep(nil); err == nil || !strings.Contains(err.Error(), "run make matrix") {
		t.Errorf("a broken %s: %v", jsonFile, err)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
