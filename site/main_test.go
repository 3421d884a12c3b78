package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	theirs := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(theirs, "letter.txt"), nil, 0o600))
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no verb":           {nil, "say build -out DIR, serve, anchors or bench"},
		"an unknown verb":   {[]string{"bild"}, "say build -out DIR, serve, anchors or bench"},
		"no -out":           {[]string{"build"}, "build wants -out DIR"},
		"a stray argument":  {[]string{"serve", "now"}, `"now" is no flag`},
		"no goguide":        {[]string{"build", "-root", theirs, "-out", "x"}, "name goguide's root by -root"},
		"a full folder":     {[]string{"build", "-root", "..", "-record", "testdata/record", "-out", theirs}, "it is not empty and build did not write it"},
		"no such recording": {[]string{"bench", "-root", "..", "none.txt"}, "none.txt: no such file"},
		"a bad base":        {[]string{"build", "-root", "..", "-out", filepath.Join(theirs, "out"), "-base", "goguide.example"}, `-base "goguide.example" is no address`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.ErrorContains(t, run(t.Context(), c.args, new(bytes.Buffer)), c.want)
		})
	}
}
