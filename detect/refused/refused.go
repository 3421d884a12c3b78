// Package refused proves what a program cannot show at run time: that the
// compiler or go vet refuses some code. That code stands in a folder of
// testdata, a module of its own, where no build finds it.
//
// A comment at the end of a line claims a refusal of that line, and a line
// without one claims that there is none:
//
//	var r io.Reader = f // ERROR "File does not implement io.Reader (missing method Read)"
//
//	ctx, _ = context.WithCancel(ctx) // want lostcancel
//
// The first form is for [Compiler] and quotes its message, the second is for
// [Vet] and names its analyzer. Several analyzers are separated by spaces.
//
// Both publish what they have proven by t.Attr("refused", …), one line of JSON
// a claim, for tools that read go test -json.
//
// The form is that of the Go project's own tests (ERROR in the tree's test
// folder, want in golang.org/x/tools/go/analysis/analysistest).
package refused

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/doc"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/goguide/detect/racemode"
)

// Compiler fails t unless the compiler's type checker refuses exactly the lines
// of dir that a comment says, with exactly that message. The messages are Go's
// and may change with it.
func Compiler(t *testing.T, dir string) {
	t.Helper()
	want, got, err := compile(dir)
	report(t, dir, "compiler", compare("the compiler", want, got), want, err)
}

// Vet fails t unless the analyzers of go vet report exactly the lines of dir
// that a comment says.
func Vet(t *testing.T, dir string) {
	t.Helper()
	want, got, err := vet(t.Context(), dir)
	report(t, dir, "vet", compare("go vet", want, got), want, err)
}

// A claim is what a comment says of its line.
type claim struct {
	Tool string `json:"tool"` // compiler or vet
	File string `json:"file"` // from the package's folder, with slashes
	Line int    `json:"line"`
	What string `json:"what"` // the message, or the analyzer
	// The declaration around it, if it has a name, its line, and the first
	// sentence of its comment.
	Decl     string `json:"decl"`
	DeclLine int    `json:"declLine"`
	Doc      string `json:"doc"`
}

func (c claim) String() string { return at(c.File, c.Line, c.What) }

func report(t *testing.T, dir, tool string, wrong []string, proven []claim, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("refused: %v", err)
		return
	}
	for _, msg := range wrong {
		t.Errorf("refused: %s: %s", dir, msg)
	}
	if len(wrong) > 0 {
		return
	}
	for _, c := range proven {
		c.Tool = tool
		text, err := json.Marshal(c)
		if err != nil {
			t.Errorf("refused: publishing %s: %v", c, err)
		}
		t.Attr("refused", string(text))
	}
}

// compare says what is claimed and not true, and what is true and not claimed.
func compare(tool string, claims []claim, got []string) []string {
	if len(claims) == 0 {
		return []string{"no line claims that " + tool + " refuses it: see go doc example.com/goguide/detect/refused"}
	}
	var want, wrong []string
	for _, c := range claims {
		want = append(want, c.String())
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			wrong = append(wrong, w+": "+tool+" does not say so")
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			wrong = append(wrong, g+": "+tool+" says so, and no comment claims it")
		}
	}
	return wrong
}

// A source is a parsed folder.
type source struct {
	fset  *token.FileSet
	files []*ast.File
}

func parse(dir string) (source, error) {
	src := source{fset: token.NewFileSet()}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return src, fmt.Errorf("listing %s: %w", dir, err)
	}
	for _, name := range names {
		f, err := parser.ParseFile(src.fset, name, nil, parser.ParseComments)
		if err != nil {
			return src, fmt.Errorf("parsing: %w", err)
		}
		src.files = append(src.files, f)
	}
	if len(src.files) == 0 {
		return src, fmt.Errorf("no Go file in %s", dir)
	}
	return src, nil
}

// at is how claims and refusals name a line.
func at(file string, line int, what string) string {
	return fmt.Sprintf("%s:%d: %s", filepath.Base(file), line, what)
}

// claims reads the comments that start with prefix. Each may hold several.
func (src source) claims(prefix string, split func(string) ([]string, error)) ([]claim, error) {
	var all []claim
	for _, f := range src.files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				text, ok := strings.CutPrefix(c.Text, prefix)
				if !ok {
					continue
				}
				p := src.fset.Position(c.Pos())
				whats, err := split(text)
				if err != nil {
					return nil, fmt.Errorf("%s: %s wants a quoted message, not %s", p, strings.TrimSpace(prefix), text)
				}
				c := src.around(f, c.Pos())
				c.File, c.Line = filepath.ToSlash(p.Filename), p.Line
				for _, c.What = range whats {
					all = append(all, c)
				}
			}
		}
	}
	return all, nil
}

// around returns a claim that knows its declaration: the one that a comment
// stands in or behind.
func (src source) around(f *ast.File, pos token.Pos) claim {
	var c claim
	for _, d := range f.Decls {
		if d.Pos() > pos {
			break // the next one
		}
		c = claim{}
		switch d := d.(type) {
		case *ast.FuncDecl:
			c = src.named(d.Name, d.Doc)
		case *ast.GenDecl:
			if len(d.Specs) != 1 {
				break
			}
			if t, ok := d.Specs[0].(*ast.TypeSpec); ok {
				c = src.named(t.Name, d.Doc)
			}
		}
	}
	return c
}

func (src source) named(name *ast.Ident, comment *ast.CommentGroup) claim {
	return claim{Decl: name.Name, DeclLine: src.fset.Position(name.Pos()).Line, Doc: new(doc.Package).Synopsis(comment.Text())}
}

func compile(dir string) (want []claim, got []string, err error) {
	src, err := parse(dir)
	if err != nil {
		return nil, nil, err
	}
	want, err = src.claims("// ERROR ", func(s string) ([]string, error) {
		message, err := strconv.Unquote(s)
		return []string{message}, err //nolint:wrapcheck // claims says it better
	})
	if err != nil {
		return nil, nil, err
	}
	conf := types.Config{
		GoVersion: "go1.26", // the language of goguide's modules
		Importer:  importer.ForCompiler(src.fset, "gc", exported),
		Error: func(err error) {
			e, ok := errors.AsType[types.Error](err)
			if !ok {
				got = append(got, err.Error())
				return
			}
			if strings.HasPrefix(e.Msg, "\t") {
				return // more of the error before
			}
			p := src.fset.Position(e.Pos)
			got = append(got, at(p.Filename, p.Line, e.Msg))
		},
	}
	_, err = conf.Check(dir, src.fset, src.files, nil)
	if err != nil && len(got) == 0 {
		return nil, nil, fmt.Errorf("checking types: %w", err)
	}
	return want, got, nil
}

// exported opens what the compiler exports of a package. The importer's own
// way to it is the same, but for the flag -race.
func exported(path string) (io.ReadCloser, error) {
	cmd := goCommand(context.Background(), "list", "-export", "-f={{.Export}}", path)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -export %s: %w", path, err)
	}
	file, err := os.Open(strings.TrimSpace(string(out)))
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", path, err)
	}
	return file, nil
}

// goCommand builds in the way in which this test was built: what it needs is
// there already.
func goCommand(ctx context.Context, verb string, args ...string) *exec.Cmd {
	if racemode.Enabled {
		args = slices.Insert(args, 0, "-race")
	}
	return exec.CommandContext(ctx, "go", slices.Insert(args, 0, verb)...)
}

func vet(ctx context.Context, dir string) (want []claim, got []string, err error) {
	src, err := parse(dir)
	if err != nil {
		return nil, nil, err
	}
	want, err = src.claims("// want ", func(s string) ([]string, error) { return strings.Fields(s), nil })
	if err != nil {
		return nil, nil, err
	}
	cmd := goCommand(ctx, "vet", "-json", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return nil, nil, fmt.Errorf("go vet in %s: %w\n%s", dir, err, exit.Stderr)
		}
		return nil, nil, fmt.Errorf("go vet in %s: %w", dir, err)
	}
	var reports map[string]map[string][]struct{ Posn string }
	if err := json.Unmarshal(out, &reports); err != nil {
		return nil, nil, fmt.Errorf("go vet in %s: %w", dir, err)
	}
	for _, byAnalyzer := range reports {
		for analyzer, diagnostics := range byAnalyzer {
			for _, d := range diagnostics {
				posn := d.Posn[:strings.LastIndex(d.Posn, ":")] // no column
				got = append(got, filepath.Base(posn)+": "+analyzer)
			}
		}
	}
	slices.Sort(got)
	return want, got, nil
}
