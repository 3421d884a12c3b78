package deadlink

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const fine = `<link rel="canonical" href="https://example.org/a/"><a id="x" href="#x">x</a><a href="../b/#y">y</a>
		<a href="../">home</a><a href="../m/#part=a">filtered</a><a href="https://go.dev">go</a><img src="../i.svg"><script src="../s.js"></script>`
	for said, html := range map[string]string{
		"":                                      fine,
		"a/index.html: ../c/: no such file":     `<a href="../c/">c</a>`,
		"a/index.html: ../b/#z: no such anchor": `<a href="../b/#z">z</a>`,
		"a/index.html: #z: no such anchor":      `<a href="#z">z</a>`,
		"a/index.html: https://cdn.example/x.js: loaded from elsewhere":               `<script src="https://cdn.example/x.js"></script>`,
		"a/index.html: //cdn.example/x.css: loaded from elsewhere":                    `<link rel="stylesheet" href="//cdn.example/x.css">`,
		"a/index.html: /b/: begins at the host's root, where the site need not stand": `<a href="/b/">b</a>`,
		"a/index.html: the id x stands twice":                                         `<a id="x"></a><b id="x"></b>`,
		"a/index.html: inline style, which the policy forbids":                        `<p style="color:red">x</p>`,
		"a/index.html: inline onclick, which the policy forbids":                      `<p onclick="x()">x</p>`,
		"a/index.html: an inline style sheet, which the policy forbids":               `<style>p{}</style>`,
		"a/index.html: an inline script, which the policy forbids":                    `<script>x()</script>`,
	} {
		var want []string
		if said != "" {
			want = []string{said}
		}
		assert.Equal(t, want, Check(map[string][]byte{
			"index.html": nil, "a/index.html": []byte(html), "b/index.html": []byte(`<p id="y">`), "m/index.html": nil, "i.svg": nil, "s.js": nil,
		}), html)
	}
}
