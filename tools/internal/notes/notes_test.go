package notes

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

func TestOf_readsEveryDeclaration(t *testing.T) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", `package p

import "fmt"

// T is bad. BUG(vet): in its doc
type T struct{}

// M is a method.
func (T) M() {
	fmt.Println() // BUG(race, test): inside
} // BUG(hang): behind the brace

func fine() {}
`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"": nil, "T": {"vet"}, "M": {"race, test", "hang"}, "fine": nil}
	got := Of(fset, f)
	if len(got) != len(want) {
		t.Fatalf("got %d declarations", len(got))
	}
	for _, d := range got {
		lists := d.Lists()
		if full := d.Full(); d.Name == "M" && full != "T.M" {
			t.Errorf("M is called %s", full)
		}
		if want, ok := want[d.Name]; !ok || !slices.Equal(lists, want) {
			t.Errorf("%q has %q, want %q", d.Name, lists, want)
		}
	}
}

func TestOf_findsTheLineThatANoteSpeaksOf(t *testing.T) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", `package p

// F opens.
//
// BUG(vet): line 6
func F(
	name string,
) {
	// BUG(race): line 12, behind
	// the rest of the sentence

	open(
		name, // BUG(hang): line 13
	)
	// BUG(panic): line 16
}

// T has
type T struct {
	// BUG(fatal): line 21
	ctx int
}
`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"vet": 6, "race": 12, "hang": 13, "panic": 16, "fatal": 21}
	found := 0
	for _, d := range Of(fset, f) {
		for _, n := range d.Notes {
			found++
			if n.List == "race" && n.Text != "line 12, behind the rest of the sentence" {
				t.Errorf("the sentence is %q", n.Text)
			}
			if want[n.List] != n.Line {
				t.Errorf("BUG(%s) speaks of line %d, want %d", n.List, n.Line, want[n.List])
			}
		}
	}
	if found != len(want) {
		t.Errorf("found %d notes, want %d", found, len(want))
	}
}

func TestTestOf_matchesNamesOfTests(t *testing.T) {
	for name, want := range map[string]bool{
		"TestGet": true, "TestCache_Get": true, "TestGet_twice": true, "Test_Get": true, "TestGetter": false, "TestForget": false,
	} {
		if TestOf("Get").MatchString(name) != want {
			t.Errorf("%s: want %t", name, want)
		}
	}
}

func TestLeftOut_asksOnlyWhatTheReleaseDecides(t *testing.T) {
	releases := []string{"go1.1", "go1.25", "go1.26"}
	for head, want := range map[string]bool{
		"":                                   false,
		"//go:build go1.25":                  false,
		"//go:build go1.25 && !go1.26":       true,
		"//go:build go1.27":                  true,
		"//go:build race && go1.27":          true,
		"//go:build race || go1.27":          false,
		"//go:build race":                    false,
		"//go:build !race && !windows":       false,
		"// A comment.\n\n//go:build go1.27": true,
		"//go:build (":                       false,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", head+"\n\npackage p\n\n//go:build go1.99\nfunc F() {}\n", parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if got := LeftOut(f, releases); got != want {
			t.Errorf("%q is left out: %t", head, got)
		}
	}
}
