package routes

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// ask sends a request, and returns the answer and what do was told: "" if it
// was not called.
func ask(t *testing.T, method, url string) (answer *http.Response, did string) {
	t.Helper()
	h := New(func(_ http.ResponseWriter, route string, values ...string) {
		did += fmt.Sprintf("%s %q", route, values)
	})
	if !strings.Contains(url, "://") {
		url = "http://shop.example" + url
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, url, nil))
	return w.Result(), did
}

func want(route string, values ...string) string { return fmt.Sprintf("%s %q", route, values) }

func orNobody(did string) string {
	if did == "" {
		return "nobody"
	}
	return did
}

func TestNew_routes(t *testing.T) {
	for _, c := range []struct{ who, request, want string }{
		{"A customer opens the shop", "GET /", want("home")},
		{"The monitoring asks whether the shop is there", "HEAD /", want("home")},
		{"A customer looks for something", "GET /articles", want("list")},
		{"The monitoring looks at the list", "HEAD /articles", want("list")},
		{"The buyer adds an article", "POST /articles", want("create")},
		{"The buyer opens the empty form", "GET /articles/new", want("form")},
		{"A customer opens an article", "GET /articles/7", want("article", "7")},
		{"A search engine looks whether an article is there", "HEAD /articles/7", want("article", "7")},
		{"The buyer removes an article", "DELETE /articles/7", want("remove", "7")},
		{"A customer opens a record of AC/DC", "GET /articles/AC%2FDC", want("article", "AC/DC")},
		{"The buyer removes 100% wool", "DELETE /articles/100%25%20wool", want("remove", "100% wool")},
		{"A customer leafs through pictures", "GET /articles/7/pictures/", want("pictures", "7")},
		{"A customer opens a picture", "GET /articles/7/pictures/front.jpg", want("picture", "7", "front.jpg")},
		{"A customer opens a picture in a folder", "GET /articles/7/pictures/2026/may/side.jpg", want("picture", "7", "2026/may/side.jpg")},
		{"A customer opens a picture of AC/DC", "GET /articles/AC%2FDC/pictures/live.jpg", want("picture", "AC/DC", "live.jpg")},
	} {
		method, url, _ := strings.Cut(c.request, " ")
		if _, did := ask(t, method, url); did != c.want {
			t.Errorf("%s: %s was answered by %s, not by %s.", c.who, c.request, orNobody(did), c.want)
		}
	}
}

func TestNew_admin(t *testing.T) {
	for _, host := range []string{"admin.shop.example", "admin.shop.example:8443"} {
		for _, request := range []string{"GET /", "GET /articles", "PUT /articles/7", "POST /users/7/lock", "DELETE /articles/"} {
			method, path, _ := strings.Cut(request, " ")
			if _, did := ask(t, method, "http://"+host+path); did != want("admin", path) {
				t.Errorf("The team at work: %s on %s was answered by %s, not by %s.", request, host, orNobody(did), want("admin", path))
			}
		}
	}
}

func TestNew_otherMethods(t *testing.T) {
	for _, c := range []struct{ request, allow string }{
		{"POST /", "GET, HEAD"},
		{"DELETE /articles", "GET, HEAD, POST"},
		{"PUT /articles", "GET, HEAD, POST"},
		{"PUT /articles/7", "DELETE, GET, HEAD"},
		{"POST /articles/AC%2FDC", "DELETE, GET, HEAD"},
		{"POST /articles/7/pictures/", "GET, HEAD"},
		{"DELETE /articles/7/pictures/2026/side.jpg", "GET, HEAD"},
	} {
		method, url, _ := strings.Cut(c.request, " ")
		answer, did := ask(t, method, url)
		if did != "" || answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("A client with a method that this path does not know: %s was answered by %s, with %d, not with 405.",
				c.request, orNobody(did), answer.StatusCode)
			continue
		}
		if got := sorted(answer.Header.Get("Allow")); got != c.allow {
			t.Errorf("%s got 405, and Allow says %q. The path knows %q.", c.request, got, c.allow)
		}
	}
}

func sorted(list string) string {
	var all []string
	for s := range strings.SplitSeq(list, ",") {
		all = append(all, strings.TrimSpace(s))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func TestNew_otherPaths(t *testing.T) {
	for _, request := range []string{
		"GET /artikles", "GET /index.html", "GET /articles/", "POST /articles/", "GET /articles/7/", "DELETE /articles/7/",
		"GET /articles/new/", "GET /articles/7/reviews", "GET /articles/7/pictures.zip", "GET /users",
	} {
		method, url, _ := strings.Cut(request, " ")
		answer, did := ask(t, method, url)
		if did != "" || answer.StatusCode != http.StatusNotFound {
			t.Errorf("Somebody mistypes an address: %s was answered by %s, with %d, not with 404.",
				request, orNobody(did), answer.StatusCode)
		}
	}
}
