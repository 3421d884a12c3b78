package detect

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"example.com/goguide/detect/racemode"
)

// others are the names a note may hold that Bug does not prove: what checks
// without running, and test, for a bug that only an assertion sees. After the
// first four they are the linters of golangci-lint, and in the last line
// goguide's own analyzers.
var others = strings.Fields(`compiler vet staticcheck test
	arangolint asasalint asciicheck bidichk bodyclose canonicalheader clickhouselint containedctx contextcheck
	copyloopvar cyclop decorder depguard dogsled dupl dupword durationcheck embeddedstructfieldcheck err113 errcheck
	errchkjson errname errorlint exhaustive exhaustruct exptostd fatcontext forbidigo forcetypeassert funcorder funlen
	ginkgolinter gocheckcompilerdirectives gochecknoglobals gochecknoinits gochecksumtype gocognit goconst gocritic
	gocyclo godoclint godot godox goheader gomoddirectives gomodguard goprintffuncname gosec gosmopolitan
	govet grouper iface importas inamedparam ineffassign interfacebloat intrange iotamixing ireturn lll loggercheck
	maintidx makezero mirror misspell mnd modernize musttag nakedret nestif nilerr nilnesserr nilnil nlreturn noctx
	noinlineerr nolintlint nonamedreturns nosprintfhostport paralleltest perfsprint prealloc predeclared promlinter
	protogetter reassign recvcheck revive rowserrcheck sloglint spancheck sqlclosecheck tagalign tagliatelle
	testableexamples testifylint testpackage thelper tparallel unconvert unparam unqueryvet unused usestdlibvars
	usetesting varnamelen wastedassign whitespace wrapcheck wsl zerologlint
	deferredclose embeddedbloat fireandforget stringwrap typednil`)

// A note is one BUG comment.
type note struct {
	items []string // the list between the parentheses
	text  string   // the sentence
	line  int
}

// A declaration is one that a test may be named after, with its notes.
type declaration struct {
	name     string // Abandoned, Cache.Get
	file     string // base name
	line     int
	language string // the Go version that the file is compiled as: go1.26
	notes    []note
}

func (d *declaration) at() string {
	line := d.line
	if len(d.notes) > 0 {
		line = d.notes[0].line
	}
	return fmt.Sprintf("%s:%d", d.file, line)
}

func (d *declaration) text() string {
	var all []string
	for _, n := range d.notes {
		all = append(all, n.text)
	}
	return strings.Join(all, " ")
}

// findDeclaration finds what a test is named after, in the Go files of a folder.
func findDeclaration(test, dir string) (*declaration, error) {
	decls, err := declarations(dir)
	if err != nil {
		return nil, err
	}
	if len(decls) == 0 {
		return nil, fmt.Errorf("no Go source in %s, and the BUG note stands there: run the test binary in its package's folder", dir)
	}
	parts := strings.Split(test, "/")
	name := strings.TrimPrefix(strings.TrimPrefix(parts[0], "Test"), "_")
	d, err := named(name, decls)
	for i := len(parts) - 1; d == nil && err == nil && i > 0; i-- {
		d, err = named(parts[i], decls)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", test, err)
	}
	if d == nil {
		return nil, fmt.Errorf("%s is named after nothing: there is no %s in %s%s. "+
			"TestX names X, Test_x names x, TestT_M the method T.M, TestX_variant again X",
			test, name, filepath.Base(dir), nearestWithNote(parts[len(parts)-1], decls))
	}
	return d, nil
}

// named returns the longest declaration that the name, cut at underscores,
// begins with; nil if there is none.
func named(name string, decls []*declaration) (*declaration, error) {
	words := strings.Split(name, "_")
	for n := len(words); n > 0; n-- {
		names := []string{strings.Join(words[:n], "_")}
		for i := 1; i < n; i++ {
			names = append(names, strings.Join(words[:i], "_")+"."+strings.Join(words[i:n], "_"))
		}
		var found []*declaration
		for _, d := range decls {
			if slices.Contains(names, d.name) {
				found = append(found, d)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return nil, fmt.Errorf("this name fits two declarations, %s (%s) and %s (%s): rename one of them",
				found[0].name, found[0].at(), found[1].name, found[1].at())
		}
	}
	return nil, nil
}

func nearestWithNote(name string, decls []*declaration) string {
	var names []string
	for _, d := range decls {
		if len(d.notes) > 0 {
			names = append(names, d.name)
		}
	}
	if near := nearest(strings.TrimPrefix(strings.TrimPrefix(name, "Test"), "_"), names); near != "" {
		return fmt.Sprintf(" (there is %s)", near)
	}
	return ""
}

// declarations parses the files that this binary was built from.
func declarations(dir string) ([]*declaration, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("looking for Go files: %w", err)
	}
	ctx, module := buildContext(), moduleVersion(dir)
	fset := token.NewFileSet()
	var all []*declaration
	for _, path := range files {
		if ok, err := ctx.MatchFile(dir, filepath.Base(path)); err != nil || !ok {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("reading BUG notes: %w", err)
		}
		language := module
		if f.GoVersion != "" {
			language = f.GoVersion
		}
		for _, d := range fileDeclarations(fset, f) {
			d.file, d.language = filepath.Base(path), language
			all = append(all, d)
		}
	}
	return all, nil
}

func fileDeclarations(fset *token.FileSet, f *ast.File) []*declaration {
	var all []*declaration
	add := func(name string, from ast.Node, doc *ast.CommentGroup) {
		start := from.Pos()
		if doc != nil {
			start = doc.Pos()
		}
		d := &declaration{name: name, line: fset.Position(from.Pos()).Line}
		d.notes = notesBetween(fset, f, fset.Position(start).Line, fset.Position(from.End()).Line)
		all = append(all, d)
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if t := receiver(d); t != "" {
				name = t + "." + name
			}
			add(name, d, d.Doc)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				names, doc := specNames(s)
				if !d.Lparen.IsValid() && d.Doc != nil {
					doc = d.Doc
				}
				for _, name := range names {
					add(name, s, doc)
				}
			}
		}
	}
	return all
}

// specNames returns the names that one line of a declaration introduces.
func specNames(s ast.Spec) (names []string, doc *ast.CommentGroup) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		return []string{s.Name.Name}, s.Doc
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names = append(names, n.Name)
		}
		return names, s.Doc
	}
	return nil, nil
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// noteHead is go/doc's syntax of a note, with BUG as the marker. A comment
// that only begins like one is kept with no list, for the error it deserves.
var noteHead = regexp.MustCompile(`^\s*BUG\b(?:\(([^)]*)\))?:?\s*(.*)$`)

// notesBetween returns the notes on the lines from first to last, the comment
// behind the last brace included.
func notesBetween(fset *token.FileSet, f *ast.File, first, last int) []note {
	var notes []note
	for _, g := range f.Comments {
		open := false // whether this group's next line continues a note
		for _, c := range g.List {
			line := fset.Position(c.Pos()).Line
			if line < first || line > last {
				continue
			}
			for i, text := range strings.Split(commentText(c.Text), "\n") {
				if m := noteHead.FindStringSubmatch(text); m != nil {
					notes = append(notes, note{items: list(m[1]), text: m[2], line: line + i})
					open = true
				} else if open {
					n := &notes[len(notes)-1]
					n.text = strings.TrimSpace(n.text + " " + strings.TrimSpace(text))
				}
			}
		}
	}
	return notes
}

func commentText(c string) string {
	if s, ok := strings.CutPrefix(c, "//"); ok {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(c, "/*"), "*/")
}

func list(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// A claim is what the notes of one declaration say together.
type claim struct {
	required, maybe []Detector
	items           []string // all of it, as written
}

var release = regexp.MustCompile(`^(until|since) (go1\.\d+)$`)

// claim reads the notes and refuses what they must not say.
func (d *declaration) claim() (claim, error) {
	var c claim
	for _, n := range d.notes {
		at := fmt.Sprintf("%s:%d", d.file, n.line)
		if len(n.items) == 0 {
			return c, fmt.Errorf("%s: this note names no detector: write BUG(detector, …): what goes wrong", at)
		}
		if n.text == "" {
			return c, fmt.Errorf("%s: this note has no sentence: go doc prints only that, so say there what goes wrong", at)
		}
		for _, item := range n.items {
			if err := c.add(item, d.language); err != nil {
				return c, fmt.Errorf("%s: BUG(%s): %w", at, strings.Join(n.items, ", "), err)
			}
		}
	}
	for _, m := range c.maybe {
		if slices.Contains(c.required, m) {
			return c, fmt.Errorf("%s: %s stands in the notes of %s both with and without a question mark", d.at(), m, d.name)
		}
	}
	return c, nil
}

func (c *claim) add(item, language string) error {
	if !slices.Contains(c.items, item) {
		c.items = append(c.items, item)
	}
	if m := release.FindStringSubmatch(item); m != nil {
		return fitsRelease(m[1], m[2], language)
	}
	name, doubtful := strings.CutSuffix(item, "?")
	if d := Detector(name); slices.Contains(Detectors(), d) {
		to := &c.required
		if doubtful {
			to = &c.maybe
		}
		if !slices.Contains(*to, d) {
			*to = append(*to, d)
		}
		return nil
	}
	if !slices.Contains(others, name) {
		return fmt.Errorf("%s", unknown(name))
	}
	return nil
}

// fitsRelease checks "until" and "since" against the language version of the
// file that says so.
func fitsRelease(word, rel, language string) error {
	older := version.Compare(version.Lang(language), rel) < 0
	switch {
	case word == "until" && !older:
		_, minor, _ := strings.Cut(rel, ".")
		return fmt.Errorf("the file is compiled as %s, where this bug is over: put a //go:build line with a release before 1.%s at its top", version.Lang(language), minor)
	case word == "since" && older:
		return fmt.Errorf("the file is compiled as %s: put //go:build %s at its top", version.Lang(language), rel)
	}
	return nil
}

func unknown(name string) string {
	known := append([]string{}, others...)
	for _, d := range Detectors() {
		known = append(known, string(d))
	}
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf("unknown detector %q: did you mean %s?", name, near)
	}
	var names []string
	for _, d := range Detectors() {
		names = append(names, string(d))
	}
	return fmt.Sprintf("unknown detector %q: there are %s, the static checkers (compiler, vet, staticcheck, golangci-lint's linters) and test", name, strings.Join(names, ", "))
}

// nearest returns the name at the smallest edit distance, if that is small.
func nearest(name string, from []string) string {
	best, at := "", 1+len(name)/3
	for _, f := range from {
		if d := distance(strings.ToLower(name), strings.ToLower(f)); d <= at {
			best, at = f, d-1
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// buildContext selects files as the build of this binary did.
func buildContext() build.Context {
	ctx := build.Default
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ctx
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "-tags":
			ctx.BuildTags = append(ctx.BuildTags, strings.Split(s.Value, ",")...)
		case "CGO_ENABLED":
			ctx.CgoEnabled = s.Value == "1"
		}
	}
	if racemode.Enabled {
		ctx.BuildTags = append(ctx.BuildTags, "race")
	}
	return ctx
}

var goLine = regexp.MustCompile(`(?m)^go (\d+\.\d+)`)

// moduleVersion is the language version of the module around a folder.
func moduleVersion(dir string) string {
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			if m := goLine.FindSubmatch(text); m != nil {
				return "go" + string(m[1])
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}
