// Command compiles checks that packages and their tests compile for another
// system:
//
//	GOOS=windows compiles ./...
//
// It does what the compiler does up to the types, from the source of all that
// they import. go vet would want that compiled first, which for three systems
// takes minutes.
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/packages"
)

func main() {
	if err := check(".", os.Environ(), os.Args[1:]...); err != nil {
		fmt.Fprintln(os.Stderr, "compiles:", err)
		os.Exit(1)
	}
}

// check returns the first error of the packages in dir that match patterns.
func check(dir string, env []string, patterns ...string) error {
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax,
		Dir:  dir, Env: env, Tests: true,
	}, patterns...)
	if err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	if len(pkgs) == 0 {
		return fmt.Errorf("no packages match %q", patterns)
	}
	var first error
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			if first == nil {
				first = fmt.Errorf("%s: %w", p.PkgPath, e)
			}
		}
	})
	return first
}
