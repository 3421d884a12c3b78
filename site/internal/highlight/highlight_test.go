package highlight

import (
	"html"
	"html/template"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var tag = regexp.MustCompile(`<[^>]*>`)

func plain(lines []template.HTML) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(html.UnescapeString(tag.ReplaceAllString(string(l), "")) + "\n")
	}
	return b.String()
}

func TestGo(t *testing.T) {
	t.Parallel()
	const src = "package p\n\n// F is <b>.\nfunc F() string {\n\treturn `a\n<b>` + \"c\" // d\n}\n"
	lines := Go([]byte(src))
	assert.Equal(t, src, plain(lines), "every byte stays, and no tag of the source is one")
	assert.Equal(t, template.HTML(`<span class="k">package</span> p`), lines[0])
	assert.Equal(t, template.HTML(`<span class="s">&lt;b&gt;`+"`"+`</span> + <span class="s">&#34;c&#34;</span> <span class="c">// d</span>`), lines[5],
		"a raw string begins anew on each line")
	assert.Contains(t, lines[3], `<span class="b">string</span>`)
}

func TestGo_unfinishedSource(t *testing.T) {
	t.Parallel()
	const src = "package p\n\nfunc F( { \"\n"
	assert.Equal(t, src, plain(Go([]byte(src))))
}

func TestOther(t *testing.T) {
	t.Parallel()
	const src = "a: <b> # c\n"
	lines := Other("yaml", src)
	assert.Equal(t, src, plain(lines))
	assert.Contains(t, lines[0], `<span class="c"># c`)
	assert.Equal(t, []template.HTML{"1 &lt; 2"}, Other("no such language", "1 < 2\n"))
}
