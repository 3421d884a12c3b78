//go:build !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each endpoint is tried by keys alone, in light, in dark, and on a phone.
func TestBrowser_page(t *testing.T) {
	b := open(t)
	b.tabTo("form[data-method=POST] input[name=name]")
	const name = `<img src=x onerror="document.title = 'hacked'">`
	b.fill(name)
	made := b.says("POST /users: 201 Created")
	assert.Contains(t, made, `ETag: "1"`)
	assert.Contains(t, made, "X-Request-ID: ")
	b.says("POST /users: 409 Conflict")
	b.tabTo("form[data-path='/users/{id}'][data-method=GET] input[name=id]")
	assert.Contains(t, b.says("200 OK"), "onerror")
	b.tabTo("form[data-method=GET] input[name=If-None-Match]")
	b.fill(`"1"`)
	b.says("304 Not Modified")
	b.tabTo("form[data-method=PATCH] input[name=name]")
	b.fill("Anne")
	b.says("200 OK")
	b.tabTo("form[data-method=PATCH] input[name=If-Match]")
	b.fill(`"1"`)
	b.says("412 Precondition Failed")
	b.tabTo("form[data-path='/users'][data-method=GET] input[name=limit]")
	b.fill("101")
	b.says("GET /users?limit=101: 422 Unprocessable Entity")
	b.fill("5")
	assert.Contains(t, b.says("GET /users?limit=5: 200 OK"), "Anne")
	b.shot("filled")
	b.tabTo("form[data-method=DELETE] input[name=id]")
	b.says("204 No Content")

	assert.Zero(t, eval[int](b, "document.images.length"), "an answer is text")
	assert.Equal(t, "users", eval[string](b, "document.title"))
	assert.Empty(t, b.errors)
	eval[chromedp.Void](b, `{ const s = document.createElement("script"); s.textContent = "document.title = 'inline'"; document.body.append(s); }`)
	assert.Equal(t, "users", eval[string](b, "document.title"), "the policy lets no inline script run")

	background := make(map[string]bool)
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		require.NoError(t, err)
		b.shot(scheme)
		background[eval[string](b, `getComputedStyle(document.querySelector("pre")).backgroundColor`)] = true
	}
	assert.Len(t, background, 2)
	b.run(chromedp.EmulateViewport(360, 740))
	assert.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), 360, "it does not scroll sideways on a phone")
	b.shot("phone")
}
