package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A form is how the comment looks that one function of package detect/refused
// reads, and two comments that are not so: one made of another, one made up.
type form struct {
	comment         *regexp.Regexp
	changed, madeUp string
}

var forms = map[string]form{
	"Compiler": {regexp.MustCompile(`[ \t]*// ERROR "(.*)"$`), ` // ERROR "not $1"`, ` // ERROR "no"`},
	"Vet":      {regexp.MustCompile(`[ \t]*// want (.*)$`), ` // want $1 asmdecl`, ` // want asmdecl`},
}

// comparison is what package refused prints of a claim that is not so. A test
// that fails for another reason, such as a vet that could not run, kills nothing.
var comparison = regexp.MustCompile(`refused: .* (says so, and no comment claims it|does not say so)|refused: .* no line claims that`)

// refusals makes the mutants of what the tests in a file prove by package
// detect/refused: each comment is dropped, and changed, and a false one added.
func refusals(root, testFile string) ([]mutant, error) {
	f, err := parser.ParseFile(token.NewFileSet(), testFile, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading tests: %w", err)
	}
	var all []mutant
	for _, d := range f.Decls {
		test, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		for n := range ast.Preorder(test) {
			form, folder, ok := proof(n)
			if !ok {
				continue
			}
			dir := filepath.Dir(testFile)
			files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(folder), "*.go"))
			if err != nil {
				return nil, fmt.Errorf("listing what %s proves: %w", test.Name, err)
			}
			for _, file := range files {
				ms, err := form.mutants(root, file)
				if err != nil {
					return nil, err
				}
				for _, m := range ms {
					m.dir, m.run, m.reason = dir, "^"+test.Name.Name+"$", comparison
					all = append(all, m)
				}
			}
		}
	}
	return all, nil
}

// proof reads refused.Vet(t, "testdata/refused").
func proof(n ast.Node) (f form, folder string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return f, "", false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return f, "", false
	}
	if from, ok := fun.X.(*ast.Ident); !ok || from.Name != "refused" {
		return f, "", false
	}
	arg, ok := call.Args[1].(*ast.BasicLit)
	if !ok {
		return f, "", false
	}
	folder, err := strconv.Unquote(arg.Value)
	f, ok = forms[fun.Sel.Name]
	return f, folder, ok && err == nil
}

func (f form) mutants(root, file string) ([]mutant, error) {
	rel, err := filepath.Rel(root, file)
	if err != nil {
		return nil, fmt.Errorf("reading refusals: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading refusals: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	var all []mutant
	add := func(i int, what, line string) {
		changed := append(append(append([]string{}, lines[:i]...), line), lines[i+1:]...)
		all = append(all, mutant{
			file: file, rel: rel, decl: "line " + strconv.Itoa(i+1), what: what, text: strings.Join(changed, "\n"),
		})
	}
	for i, line := range lines {
		switch {
		case f.comment.MatchString(line):
			add(i, "the claim is gone", f.comment.ReplaceAllString(line, ""))
			add(i, "the claim is another", f.comment.ReplaceAllString(line, f.changed))
		case strings.HasPrefix(line, "package "):
			add(i, "a claim is made up", line+f.madeUp)
		}
	}
	return all, nil
}
