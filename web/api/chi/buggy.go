package chi

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// WithoutAllow answers in its own form to a wrong method. Compare [New].
func WithoutAllow(list http.HandlerFunc) http.Handler {
	r := chi.NewRouter()
	r.Get("/users", list)
	r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		// BUG(test): WithoutAllow takes the place of chi's handler, which alone
		// knows what to write into Allow. A 405 without it tells a client no way
		// on (RFC 9110, 15.5.6 demands it).
		w.WriteHeader(http.StatusMethodNotAllowed)
	})
	return r
}

// EscapedFile serves files by their names. Compare [File].
func EscapedFile(content map[string]string) http.Handler {
	r := chi.NewRouter()
	r.Get("/files/{name}", func(w http.ResponseWriter, r *http.Request) {
		// BUG(test): EscapedFile does not find the file AC/DC: chi matches a path
		// with %2F as it was sent, and returns its parameters like that.
		text, ok := content[chi.URLParam(r, "name")]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(text))
	})
	return r
}

// CheckedTooLate protects a page. Compare [New].
func CheckedTooLate(
	check func(http.Handler) http.Handler,
	page http.HandlerFunc,
) http.Handler {
	r := chi.NewRouter()
	r.Get("/admin", page)
	// BUG(panic): CheckedTooLate uses its middleware after a route, which chi
	// refuses: the server does not start, unless nobody calls this in a test.
	r.Use(check)
	return r
}
