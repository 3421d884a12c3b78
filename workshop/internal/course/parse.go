package course

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Kinds says what the attendee does in each kind of exercise.
var Kinds = map[string]string{
	"fix":    "fix the bug",
	"write":  "write the function",
	"test":   "write the test",
	"faster": "make it faster",
	"report": "read the report",
}

// parse reads exercise.md: a title, "- key: value" lines, sections.
func (x *Exercise) parse(text string) error {
	head, rest, _ := strings.Cut(text, "\n## ")
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "# "); ok {
			x.Title = title
			continue
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "- "), ": ")
		if !ok {
			continue
		}
		if err := x.set(key, value); err != nil {
			return err
		}
	}
	for section := range strings.SplitSeq(rest, "\n## ") {
		name, body, _ := strings.Cut(section, "\n")
		switch strings.TrimSpace(name) {
		case "Hint":
			x.Hints = append(x.Hints, strings.Trim(body, "\n"))
		case "Solved":
			x.Solved = strings.Trim(body, "\n")
		default:
			return fmt.Errorf("section %q: want Hint or Solved", name)
		}
	}
	return x.complete()
}

func (x *Exercise) set(key, value string) error {
	var err error
	switch key {
	case "kind":
		x.Kind = value
	case "edit":
		x.Edit = value
	case "swap":
		x.Swap = value
	case "part":
		x.Part = value
	case "fails":
		x.Fails = value
	case "checkpoint":
		x.Points = strings.Fields(value)
	case "limit":
		x.Limit, err = time.ParseDuration(value)
	default:
		err = fmt.Errorf("unknown key %q", key)
	}
	if err != nil {
		return fmt.Errorf("line %q: %w", key+": "+value, err)
	}
	return nil
}

func (x *Exercise) complete() error {
	switch {
	case x.Title == "":
		return fmt.Errorf("no title: begin with # and what it is about")
	case Kinds[x.Kind] == "":
		return fmt.Errorf("kind %q: want fix, write, test, faster or report", x.Kind)
	case x.Edit == "" || x.Fails == "":
		return fmt.Errorf("want the lines - edit: FILE and - fails: TEXT")
	case (x.Kind == "test") != (x.Swap != ""):
		return fmt.Errorf("kind test, and it alone, needs the line - swap: FILE")
	case len(x.Hints) != 3:
		return fmt.Errorf("%d hints: want three, from vague to nearly the answer", len(x.Hints))
	case x.Solved == "":
		return fmt.Errorf("no section Solved: say what to take away")
	}
	return nil
}

// Task is the comment of the package, as shipped: the situation and the task.
func (x *Exercise) Task() (string, error) {
	names, err := x.Shipped()
	if err != nil {
		return "", err
	}
	// The edited file first: what others say of the package comes after.
	names = slices.Insert(names, 0, x.Edit)
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), x.Original(name), nil,
			parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return "", fmt.Errorf("reading the task: %w", err)
		}
		if f.Doc != nil {
			return f.Doc.Text(), nil
		}
	}
	return "", fmt.Errorf("%s: no file has a package comment", x.Name)
}

var fails = regexp.MustCompile(`(?m)^// FAILS: (.+)$`)

// Fails returns what a wrong fix says that the output contains.
func Fails(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a wrong fix: %w", err)
	}
	m := fails.FindSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("%s: no line // FAILS: with what its failure says", path)
	}
	return strings.TrimSpace(string(m[1])), nil
}
