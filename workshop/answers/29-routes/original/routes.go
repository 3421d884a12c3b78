// Package routes finds out what a request to the shop is about.
//
// # What people see
//
// The shop began with one switch, and every route made it longer. A search
// engine, which looks with HEAD, has forgotten all articles. A client sent PUT,
// got 404, and removed its copy of an article that is there. The records of
// AC/DC cannot be opened, and the form for a new article neither. DELETE
// /articles removes nothing, and the answer is 200. And an address that
// somebody mistyped shows the home page.
//
// # Your task
//
// Write New anew, with the patterns of [http.ServeMux], which since Go 1.22
// know methods and wildcards. The comment of New is the specification.
package routes

import (
	"net/http"
	"strings"
)

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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "admin.shop.example" {
			do(w, "admin", r.URL.Path)
			return
		}
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		switch {
		case parts[0] != "articles":
			do(w, "home")
		case len(parts) == 1 && r.Method == "POST":
			do(w, "create")
		case len(parts) == 1:
			do(w, "list")
		case len(parts) == 2 && r.Method == "GET":
			do(w, "article", parts[1])
		case len(parts) == 2 && r.Method == "DELETE":
			do(w, "remove", parts[1])
		case len(parts) == 3 && parts[2] == "pictures":
			do(w, "pictures", parts[1])
		case len(parts) == 4 && parts[2] == "pictures":
			do(w, "picture", parts[1], parts[3])
		default:
			http.NotFound(w, r)
		}
	})
}
