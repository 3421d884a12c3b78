package main

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
)

//go:embed page
var files embed.FS

// policy lets the page have what is its own, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves the status page.
func (d *demo) page() http.Handler {
	static, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // the folder is embedded
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(static))
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		b, err := json.Marshal(d.state)
		d.mu.Unlock()
		send(w, b, err)
	})
	mux.HandleFunc("GET /accidents", func(w http.ResponseWriter, _ *http.Request) {
		b, err := json.Marshal(accidents)
		send(w, b, err)
	})
	mux.HandleFunc("POST /accidents/{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := d.cause(r.PathValue("name")); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("POST /check", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		d.state.Checking = true
		d.paused()
		d.mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
	})
	// Another site's page must not press the buttons.
	own := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		own.ServeHTTP(w, r)
	})
}

func send(w http.ResponseWriter, b []byte, err error) {
	if err != nil {
		http.Error(w, "the state cannot be told", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // fails for who has left
}
