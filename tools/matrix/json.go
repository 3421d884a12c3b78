package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// jsonFile is written at the root, for other tools. The types below are its
// schema. It holds no time and no host: two runs of one tree write the same
// bytes.
const jsonFile = "matrix.json"

type jsonMatrix struct {
	Version  int         `json:"version"`  // of this schema; a change of meaning raises it
	Bugs     []jsonBug   `json:"bugs"`     // by part, package and name
	Tallies  []jsonTally `json:"tallies"`  // of every detector and tool, most reports first
	Smallest []string    `json:"smallest"` // a smallest set that reports all that any reports
}

type jsonBug struct {
	Part    string `json:"part"`    // goroutines
	Package string `json:"package"` // leak
	Name    string `json:"name"`    // FirstOnly, Cache.Get
	File    string `json:"file"`    // from the package's folder, with slashes
	Line    int    `json:"line"`    // of the BUG note, or of what is refused
	Text    string `json:"text"`    // what goes wrong
	// Runs says that detect.Bug runs it. What does not run stands in testdata,
	// since the compiler or vet refuses it, or is a type.
	Runs bool `json:"runs"`
	// States are "caught", "silent" or "some runs" for each detector that runs it,
	// over both modes. In what is committed none is "open", as it is where neither
	// mode could look, as deadlock cannot outside Linux.
	States  map[string]string `json:"states"`
	Static  []string          `json:"static"`  // the compiler, vet, linters and analyzers that report it
	Test    bool              `json:"test"`    // an assertion sees it
	Release []string          `json:"release"` // "until go1.22", "since go1.27"
}

type jsonTally struct {
	Name    string `json:"name"`
	Reports int    `json:"reports"`
	Alone   int    `json:"alone"`
}

func encode(bugs []bug) ([]byte, error) {
	m := jsonMatrix{Version: 1, Smallest: smallest(bugs)}
	for _, b := range bugs {
		m.Bugs = append(m.Bugs, jsonBug{
			Part: b.part, Package: b.pkg, Name: b.name, File: b.file, Line: b.line, Text: b.text,
			Runs: !b.unrun, States: b.states, Static: append([]string{}, b.static...), Test: b.test, Release: append([]string{}, b.others...),
		})
	}
	for _, t := range tallies(bugs) {
		m.Tallies = append(m.Tallies, jsonTally{t.name, t.reports, t.alone})
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("writing %s: %w", jsonFile, err)
	}
	return text.Bytes(), nil
}

func updateJSON(root string, bugs []bug, check bool, out io.Writer) error {
	text, err := encode(bugs)
	if err != nil {
		return err
	}
	file := filepath.Join(root, jsonFile)
	old, err := os.ReadFile(file)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("reading %s: %w", jsonFile, err)
	case bytes.Equal(old, text):
		fmt.Fprintln(out, jsonFile, "is up to date")
	case check:
		return fmt.Errorf("%s is stale: run make matrix and commit what it writes", jsonFile)
	default:
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", jsonFile, err)
		}
		fmt.Fprintln(out, "wrote", jsonFile)
	}
	return nil
}
