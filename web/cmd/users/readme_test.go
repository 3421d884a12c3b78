package main

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table of the README has each flag, with its default.
func TestReadme_hasEachFlag(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	flags(new(config)).VisitAll(func(f *flag.Flag) {
		value := " "
		if f.DefValue != "" {
			value = fmt.Sprintf(" `%s` ", f.DefValue)
		}
		assert.Contains(t, string(text), fmt.Sprintf("| `-%s` |%s|", f.Name, value))
	})
}
