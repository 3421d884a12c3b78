package nethttp

import (
	"encoding/json"
	"net/http"

	"example.com/goguide/web/api"
)

// NoReturn makes a user. Compare [New], whose handlers return their error.
func NoReturn(save func(d api.Draft)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var d api.Draft
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			// BUG(test): NoReturn goes on after http.Error, which answers and
			// does not return for its caller: the client gets a 400, and a user
			// without a name is saved.
			http.Error(w, "invalid JSON", http.StatusBadRequest)
		}
		save(d)
	})
}

// FirstValue makes a user. Compare [New].
func FirstValue(save func(d api.Draft)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var d api.Draft
		// BUG(test): FirstValue reads the first JSON value of the body and says
		// 201 to whatever follows it: of two users one is lost. And it has no
		// limit to what it reads.
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			http.Error(w, "invalid JSON", http.StatusBadRequest)
			return
		}
		save(d)
		w.WriteHeader(http.StatusCreated)
	})
}

// HeaderAfterStatus answers with a user that was made. Compare [New].
func HeaderAfterStatus(id string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		// BUG(test): HeaderAfterStatus sets a header when the headers are sent
		// already: no client sees it.
		w.Header().Set("Location", "/users/"+id)
	})
}
