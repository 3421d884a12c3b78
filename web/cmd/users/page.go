package main

import (
	"embed"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
)

//go:embed page
var files embed.FS

// policy lets the page have what is its own, and nothing else. Its forms are
// sent by its script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page adds a page to try the API. It is for browsers, which ask for text/html
// by name: to all others / is not there, as the contract has it.
func page(r *chi.Mux) {
	notFound := r.NotFoundHandler()
	serve := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-cache") // another version is another page
			http.ServeFileFS(w, r, files, name)
		}
	}
	index := serve("page/index.html") // ServeFileFS redirects …/index.html, and this is /
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		if !strings.Contains(r.Header.Get("Accept"), "text/html") {
			notFound(w, r)
			return
		}
		index(w, r)
	})
	r.Get("/page.css", serve("page/page.css"))
	r.Get("/page.js", serve("page/page.js"))
}
