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
		if lists, ok := want[d.Name]; !ok || !slices.Equal(lists, d.Lists) {
			t.Errorf("%q has %q, want %q", d.Name, d.Lists, lists)
		}
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
