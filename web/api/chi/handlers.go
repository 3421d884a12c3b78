package chi

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"
)

// File serves files by their names, which may hold any character. Its parameter
// is escaped exactly where the path was matched as it was sent.
func File(content map[string]string) http.Handler {
	r := chi.NewRouter()
	r.Get("/files/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := chi.URLParam(r, "name")
		if r.URL.RawPath != "" {
			var err error
			if name, err = url.PathUnescape(name); err != nil {
				w.WriteHeader(http.StatusNotFound)
				return
			}
		}
		text, ok := content[name]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(text))
	})
	return r
}
