package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// guards says of each linter, in comments of YAML, which bugs it reports, by
// the paths of their pages.
func guards(bugs []bug) string {
	pages := map[string][]string{}
	for _, b := range bugs {
		for _, tool := range b.static {
			if tool != "compiler" {
				pages[tool] = append(pages[tool], fmt.Sprintf("/%s/%s/#%s", b.part, b.pkg, b.name))
			}
		}
	}
	var text strings.Builder
	for _, tool := range slices.Sorted(maps.Keys(pages)) {
		fmt.Fprintf(&text, "#   %s\n", tool)
		for _, page := range pages[tool] {
			fmt.Fprintf(&text, "#     %s\n", page)
		}
	}
	return text.String()
}
