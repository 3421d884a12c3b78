// Package routes finds out what a request to the shop is about.
//
// A pattern is a method, a host and a path, and the mux compares them itself:
// the more specific one wins, in whatever order they were registered. So
// /articles/new goes before /articles/{id}, and a host before none. Two of
// which neither is more specific make it panic at once, when the program
// starts.
//
// What the mux knows of methods it knows from patterns alone. One without a
// method, such as "/", takes every method, and leaves nothing that could be
// answered with 405. {$} is the end of the path: without it, a slash at the end
// of a pattern means all that is below.
//
// A wildcard is one part of the path as it was sent, and PathValue is without
// its escapes. r.URL.Path has lost the difference between AC/DC and AC%2FDC.
package routes

import "net/http"

// An Action answers a request. It is told which route it is, and the values of
// the wildcards.
type Action func(w http.ResponseWriter, route string, values ...string)

// New returns a handler that has do answer what these routes match:
//
//		GET    /                               home
//		GET    /articles                       list
//		POST   /articles                       create
//		GET    /articles/new                   form
//		GET    /articles/{id}                  article, with the id
//		DELETE /articles/{id}                  remove, with the id
//		GET    /articles/{id}/pictures/        pictures, with the id
//		GET    /articles/{id}/pictures/{path}  picture, with the id and the path
//
//	  - HEAD is answered wherever GET is.
//	  - Another method on one of these paths gets 405, and Allow has all those
//	    that the path knows.
//	  - All other paths get 404, also one of these with a slash behind it.
//	  - An id is one part of the path as the client sent it, and is given without
//	    the escapes: the id in /articles/AC%2FDC is AC/DC. The path of a picture
//	    may have many parts.
//	  - On the host admin.shop.example, whatever the port, every path and method
//	    is answered by admin, with the path.
func New(do Action) http.Handler {
	mux := http.NewServeMux()
	route := func(pattern, name string, wildcards ...string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			var values []string
			for _, name := range wildcards {
				values = append(values, r.PathValue(name))
			}
			do(w, name, values...)
		})
	}
	route("GET /{$}", "home")
	route("GET /articles", "list")
	route("POST /articles", "create")
	route("GET /articles/new", "form")
	route("GET /articles/{id}", "article", "id")
	route("DELETE /articles/{id}", "remove", "id")
	route("GET /articles/{id}/pictures/{$}", "pictures", "id")
	route("GET /articles/{id}/pictures/{path...}", "picture", "id", "path")
	mux.HandleFunc("admin.shop.example/", func(w http.ResponseWriter, r *http.Request) {
		do(w, "admin", r.URL.Path)
	})
	return mux
}
