// Command links finds links in Markdown that lead nowhere: files that do not
// exist, headings that a file does not have, and lines that do not hold the
// name in brackets, as in [leak.Abandoned](leak/buggy.go#L9). It does not ask
// the network.
//
//	go run ./links FILE.md …
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func main() {
	dead := 0
	for _, file := range os.Args[1:] {
		for _, msg := range check(file) {
			fmt.Println(msg)
			dead++
		}
	}
	if dead > 0 {
		fmt.Fprintf(os.Stderr, "links: %d dead\n", dead)
		os.Exit(1)
	}
}

var (
	link     = regexp.MustCompile(`(?:\[([\w.]+))?\]\(([^)\s]+)\)`)
	external = regexp.MustCompile(`^[a-z]+:`)
	lines    = regexp.MustCompile(`^L(\d+)$`)
)

// check returns a message for each dead link of a file.
func check(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		return []string{err.Error()}
	}
	var dead []string
	for i, line := range strings.Split(withoutCode(string(text)), "\n") {
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			text, target := m[1], m[2]
			if external.MatchString(target) {
				continue
			}
			if why := follow(file, text, target); why != "" {
				dead = append(dead, fmt.Sprintf("%s:%d: %s: %s", file, i+1, target, why))
			}
		}
	}
	return dead
}

// follow says why a link leads nowhere, "" if it does not.
func follow(from, name, target string) string {
	path, anchor, _ := strings.Cut(target, "#")
	file := from
	if path != "" {
		file = filepath.Join(filepath.Dir(from), path)
	}
	info, err := os.Stat(file)
	if err != nil {
		return "no such file"
	}
	if anchor == "" || info.IsDir() {
		return ""
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	if m := lines.FindStringSubmatch(anchor); m != nil {
		return followLine(string(text), name, m[1])
	}
	for line := range strings.SplitSeq(withoutCode(string(text)), "\n") {
		if strings.HasPrefix(line, "#") && slug(line) == anchor {
			return ""
		}
	}
	return "no such heading"
}

// followLine says why line n of a file is not what its link calls it. A long
// BUG note may have the name on its second line.
func followLine(text, name, n string) string {
	line, err := strconv.Atoi(n)
	all := strings.Split(text, "\n")
	if err != nil || line < 1 || line >= len(all) {
		return "no such line"
	}
	if name = name[strings.LastIndex(name, ".")+1:]; !strings.Contains(all[line-1]+all[line], name) {
		return "no " + name + " on that line: make matrix numbers the links of the tables anew"
	}
	return ""
}

var notSlug = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)

// slug is GitHub's anchor of a heading.
func slug(heading string) string {
	s := strings.ToLower(strings.TrimSpace(strings.TrimLeft(heading, "#")))
	return strings.ReplaceAll(notSlug.ReplaceAllString(s, ""), " ", "-")
}

// withoutCode blanks code, fenced or indented by a tab, where brackets are no
// links.
func withoutCode(text string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			line = "\n"
		}
		if fenced || strings.HasPrefix(line, "\t") {
			line = "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}
