// Package ecosystem finds where this repository uses the packages that the
// guide names, and writes that into the table of the text that speaks of them.
// No list of uses is kept by hand, so none can grow stale; and a row that says
// of a package that it is not used is an error as soon as somebody uses it.
package ecosystem

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// Uses are the imports of all Go files of the repository, and the tools of its
// modules. What is in testdata is no use: some of it does not even compile.
type Uses struct {
	places map[string]map[string]Place // by import path, by folder
	tools  map[string][]string         // by package, the go.mod files
}

// A Place is a folder with files that import a package.
type Place struct {
	Dir  string // from the root
	Code bool   // not only its tests
}

// Read reads the repository at root.
func Read(root string) (*Uses, error) {
	u := &Uses{places: map[string]map[string]Place{}, tools: map[string][]string{}}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if file != root && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return fmt.Errorf("naming %s: %w", file, err)
		}
		switch {
		case d.Name() == "go.mod":
			return u.readModule(file, filepath.ToSlash(rel))
		case filepath.Ext(file) == ".go":
			return u.readFile(file, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading imports: %w", err)
	}
	return u, nil
}

func (u *Uses) readModule(file, rel string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(rel, text, nil)
	if err != nil {
		return err
	}
	for _, t := range mod.Tool {
		u.tools[t.Path] = append(u.tools[t.Path], rel)
	}
	return nil
}

func (u *Uses) readFile(file, rel string) error {
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, i := range syntax.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return fmt.Errorf("%s imports %s: %w", rel, i.Path.Value, err)
		}
		if u.places[name] == nil {
			u.places[name] = map[string]Place{}
		}
		dir := path.Dir(rel)
		code := u.places[name][dir].Code || !strings.HasSuffix(rel, "_test.go")
		u.places[name][dir] = Place{dir, code}
	}
	return nil
}

// Of returns the folders that import a package or one below it, those whose
// code does before those of which only tests do, and the go.mod files that have
// it as a tool. Below a package of the standard library are others, so it is
// only itself.
func (u *Uses) Of(pkg string) (places []Place, tools []string) {
	all := map[string]Place{}
	for name, dirs := range u.places {
		if within(name, pkg) {
			for dir, p := range dirs {
				all[dir] = Place{dir, p.Code || all[dir].Code}
			}
		}
	}
	for name, files := range u.tools {
		if within(name, pkg) {
			tools = append(tools, files...)
		}
	}
	slices.Sort(tools)
	places = slices.SortedFunc(maps.Values(all), func(a, b Place) int {
		if a.Code != b.Code {
			return map[bool]int{true: -1, false: 1}[a.Code]
		}
		return cmp.Compare(a.Dir, b.Dir)
	})
	return places, slices.Compact(tools)
}

func within(name, pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return name == pkg || strings.Contains(first, ".") && strings.HasPrefix(name, pkg+"/")
}

// A row of the table is
//
//	| cobra | `github.com/spf13/cobra` | **Not used:** because |
var row = regexp.MustCompile("(?m)^\\| ([^|]+) \\| `([^`|]+)` \\| (.+) \\|$")

// NotUsed is how a row begins that says that nothing uses its package.
const NotUsed = "**Not used:**"

// Fill puts where each package is used before what a row says of it. Links are
// those of a text in site/content; hasPage says which folders have one to lead
// to.
func (u *Uses) Fill(text []byte, hasPage func(dir string) bool) ([]byte, error) {
	var wrong []string
	filled := row.ReplaceAllStringFunc(string(text), func(line string) string {
		m := row.FindStringSubmatch(line)
		name, pkg, says := m[1], m[2], m[3]
		places, tools := u.Of(pkg)
		used := len(places)+len(tools) > 0
		if unused := strings.HasPrefix(says, NotUsed); unused == used {
			wrong = append(wrong, claim(pkg, used, places, tools))
		}
		if !used {
			return fmt.Sprintf("| %s | `%s` | – | %s |", name, pkg, says)
		}
		return fmt.Sprintf("| %s | `%s` | %s | %s |", name, pkg, where(places, tools, hasPage), says)
	})
	if len(wrong) > 0 {
		return nil, fmt.Errorf("the table of the ecosystem is wrong:\n\t%s", strings.Join(wrong, "\n\t"))
	}
	return []byte(strings.ReplaceAll(filled, head, headWith)), nil
}

// The rows get a column that only the built page has.
const (
	head     = "| package | import | what to know |\n|---|---|---|\n"
	headWith = "| package | import | used here by | what to know |\n|---|---|---|---|\n"
)

func claim(pkg string, used bool, places []Place, tools []string) string {
	if !used {
		return fmt.Sprintf("%s is used nowhere: let its row begin with %q, and say why", pkg, NotUsed)
	}
	by := tools
	for _, p := range places {
		by = append(by, p.Dir)
	}
	return fmt.Sprintf("%s is used, by %s: its row says %q", pkg, by[0], NotUsed)
}

// shown is how many folders are seen at once; the others open.
const shown = 4

func where(places []Place, tools []string, hasPage func(dir string) bool) string {
	var all []string
	for _, t := range tools {
		all = append(all, fmt.Sprintf("[%s](../../%s), as a tool", t, t))
	}
	for _, p := range places {
		text := "`" + p.Dir + "`"
		if hasPage(p.Dir) {
			text = fmt.Sprintf("[%s](../../%s)", p.Dir, p.Dir)
		}
		if !p.Code {
			text += " (tests)"
		}
		all = append(all, text)
	}
	if len(all) <= shown+1 {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s <details><summary>and %d more</summary>%s</details>",
		strings.Join(all[:shown], ", "), len(all)-shown, strings.Join(all[shown:], ", "))
}
