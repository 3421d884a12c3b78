// Package code reads the patterns as text: no part is imported or built.
package code

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/doc"
	"html/template"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Repo is the repository.
type Repo struct {
	Root   string
	Parts  []*Part
	Commit Commit
	files  map[string]*File // by Path
}

// A Part is a module with a row in the README's table of parts.
type Part struct {
	Name     string
	Guide    string // the number of the guide's part, – for detect
	Holds    string // what it holds, in Markdown
	Packages []*Package
}

// A Package is a folder with Go files.
type Package struct {
	Part  string
	Path  string // from the part: leak, api/chi; "" for the part's own
	Name  string
	Docs  *doc.Package
	Files []*File // not those of testdata
	// Decls are in the order of the files: NAME.go first, buggy ones last, then
	// tests and testdata.
	Decls []*Decl
}

// Dir returns the folder from the root: goroutines/leak.
func (p *Package) Dir() string { return strings.TrimSuffix(p.Part+"/"+p.Path, "/") }

// A File is a file of source.
type File struct {
	Path      string // from the root
	Test      bool
	Buggy     bool
	Testdata  bool
	Generated bool
	Release   string // "go1.21" if a build constraint says so
	Lines     []template.HTML
	Decls     []*Decl
	src       []byte
	syntax    *ast.File
}

// Base returns the file's name.
func (f *File) Base() string { return f.Path[strings.LastIndex(f.Path, "/")+1:] }

// A Decl is a top-level declaration of a function, a method or a type, or a
// group of constants or variables.
type Decl struct {
	Name        string   // FirstOnly, Cache.Get; the first name of a group
	Names       []string // all of a group
	Kind        string   // func, method, type, const, var
	Doc         string
	File        *File
	From        int // the first line, after the doc comment
	To          int // the last line
	DocFrom     int
	Exported    bool
	Notes       []Note
	Constructor bool
}

// A Note is a BUG note.
type Note struct {
	List  string // as written: goleak, leakprofile
	Text  string // the sentence, in one line
	First int    // the first line of the comment
	Last  int    // the last line of the comment
	Line  int    // of the code that it speaks of
}

// A Commit is what was built from.
type Commit struct {
	Hash  string // "" if git does not know
	Dirty bool   // files differ from it
}

// Short returns the first twelve digits.
func (c Commit) Short() string { return c.Hash[:min(12, len(c.Hash))] }

// Read reads the repository at root.
func Read(ctx context.Context, root string) (*Repo, error) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return nil, fmt.Errorf("reading the parts: %w", err)
	}
	r := &Repo{Root: root, Commit: commitOf(ctx, root), files: map[string]*File{}}
	for _, row := range partRow.FindAllStringSubmatch(string(readme), -1) {
		if row[1] == "site" || row[1] == "workshop" {
			continue // they have rows, and no patterns
		}
		p := &Part{Name: row[1], Guide: strings.TrimSpace(row[2]), Holds: strings.TrimSpace(row[3])}
		if err := r.readPart(p); err != nil {
			return nil, err
		}
		r.Parts = append(r.Parts, p)
	}
	if len(r.Parts) == 0 {
		return nil, errors.New("README.md has no table of parts: | [goroutines](goroutines/README.md) | 2 | … |")
	}
	return r, nil
}

var partRow = regexp.MustCompile(`(?m)^\| \[([a-z]+)\]\([a-z]+/README\.md\) \|([^|]*)\|(.*)\|$`)

// File returns a file that Read has read.
func (r *Repo) File(path string) *File { return r.files[path] }

// Package returns the package in a folder, from the root.
func (r *Repo) Package(dir string) *Package {
	for _, part := range r.Parts {
		for _, p := range part.Packages {
			if p.Dir() == dir {
				return p
			}
		}
	}
	return nil
}

// Find returns the declaration of a name, those of testdata last.
func (p *Package) Find(name string) *Decl {
	i := slices.IndexFunc(p.Decls, func(d *Decl) bool { return slices.Contains(d.Names, name) })
	if i < 0 {
		return nil
	}
	return p.Decls[i]
}

// Named returns the declaration of a name.
func (f *File) Named(name string) *Decl {
	for _, d := range f.Decls {
		if slices.Contains(d.Names, name) {
			return d
		}
	}
	return nil
}

// At returns the declaration around a line, its doc comment included.
func (f *File) At(line int) *Decl {
	for _, d := range f.Decls {
		if d.DocFrom <= line && line <= d.To {
			return d
		}
	}
	return nil
}

func (r *Repo) readPart(part *Part) error {
	top := filepath.Join(r.Root, part.Name)
	byDir := map[string][]string{}
	err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".go" {
			return err
		}
		rel, err := filepath.Rel(top, filepath.Dir(file))
		if err != nil {
			return fmt.Errorf("naming %s: %w", file, err)
		}
		// What is in testdata belongs to the package above it.
		dir, _, _ := strings.Cut("/"+filepath.ToSlash(rel)+"/", "/testdata/")
		dir = strings.Trim(dir, "/")
		byDir[dir] = append(byDir[dir], file)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading %s: %w", part.Name, err)
	}
	for dir, files := range byDir {
		p, err := r.readPackage(part.Name, strings.TrimPrefix(dir, "."), files)
		if err != nil {
			return err
		}
		if p != nil {
			part.Packages = append(part.Packages, p)
		}
	}
	order := rows(filepath.Join(top, "README.md"))
	slices.SortFunc(part.Packages, func(a, b *Package) int {
		return order.compare(a.Path, b.Path)
	})
	return nil
}

// commitOf asks git, which may be absent.
func commitOf(ctx context.Context, root string) Commit {
	git := func(args ...string) (string, bool) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
		return strings.TrimSpace(string(out)), err == nil
	}
	top, ok := git("rev-parse", "--show-prefix")
	if !ok || top != "" {
		return Commit{} // no repository, or a folder of another
	}
	hash, _ := git("rev-parse", "HEAD")
	changes, _ := git("status", "--porcelain", "--untracked-files=no")
	return Commit{Hash: hash, Dirty: changes != ""}
}

// Text returns lines of the source, from and to included.
func (f *File) Text(from, to int) string {
	lines := strings.SplitAfter(string(f.src), "\n")
	return strings.Join(lines[from-1:min(to, len(lines))], "")
}
