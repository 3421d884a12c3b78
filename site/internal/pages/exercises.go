package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// An exercise of the workshop.
type exercise struct {
	Title   string
	Command string // go run ./workshop check quotes
}

var (
	exerciseTitle = regexp.MustCompile(`(?m)^# (.+)$`)
	exercisePart  = regexp.MustCompile(`(?m)^- part: (.+)$`)
)

// readExercises finds the exercises that train a package, by its folder. Each
// says so itself, in a line "- part: goroutines/leak", which may name a bug too:
// goroutines/leak#FirstOnly. A repository without a workshop has none.
func readExercises(root string) (map[string][]exercise, error) {
	all := map[string][]exercise{}
	files, err := filepath.Glob(filepath.Join(root, "workshop", "answers", "*", "exercise.md"))
	if err != nil {
		return nil, fmt.Errorf("listing exercises: %w", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading exercises: %w", err)
		}
		title, part := exerciseTitle.FindSubmatch(text), exercisePart.FindSubmatch(text)
		if title == nil || part == nil {
			return nil, fmt.Errorf("%s has no title, or no line such as \"- part: goroutines/leak\"", file)
		}
		_, name, _ := strings.Cut(filepath.Base(filepath.Dir(file)), "-")
		for what := range strings.SplitSeq(string(part[1]), ",") {
			what = strings.TrimSpace(what)
			all[what] = append(all[what], exercise{string(title[1]), "go run ./workshop check " + name})
		}
	}
	return all, nil
}
