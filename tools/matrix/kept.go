package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"

	"example.com/goguide/tools/internal/notes"
)

// kept returns the rows of matrix.json that this release of Go cannot say
// anything of: a //go:build line leaves their files out of it. A release that
// builds them checks these rows.
func kept(root string, releases []string) ([]bug, error) {
	text, err := os.ReadFile(filepath.Join(root, jsonFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("reading %s: %w", jsonFile, err)
	}
	var old jsonMatrix
	if err := json.Unmarshal(text, &old); err != nil {
		return nil, fmt.Errorf("reading %s: %w: delete it, and run make matrix", jsonFile, err)
	}
	left := map[string]bool{} // by file
	var rows []bug
	for _, b := range old.Bugs {
		file := filepath.Join(root, filepath.FromSlash(path.Join(b.Part, b.Package, b.File)))
		if _, known := left[file]; !known {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
			left[file] = err == nil && notes.LeftOut(f, releases) // a file that is gone leaves no row
		}
		if left[file] {
			rows = append(rows, bug{
				part: b.Part, pkg: b.Package, name: b.Name, file: b.File, line: b.Line, text: b.Text,
				unrun: !b.Runs, others: b.Release, test: b.Test, static: b.Static, states: b.States,
			})
		}
	}
	return rows, nil
}

// keep adds what this release leaves out.
func (o options) keep(bugs []bug) (all []bug, names []string, err error) {
	old, err := kept(o.root, build.Default.ReleaseTags)
	for _, b := range old {
		if len(o.parts) == 0 || slices.Contains(o.parts, b.part) {
			bugs = append(bugs, b)
			names = append(names, b.part+"/"+b.pkg+"."+b.name)
		}
	}
	slices.SortFunc(bugs, compare)
	return bugs, names, err
}
