package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

var rules = []rule{
	{"what is posted can be got", posted},
	{"a list has pages, and each user once", paged},
	{"limit and cursor are checked", pageChecked},
	{"a patch changes what it names", patched},
	{"what is deleted is gone", deleted},
	{"If-Match lets one of many win", matched},
	{"If-None-Match saves the body", notModified},
	{"an Idempotency-Key makes one user", idempotent},
	{"an address has one user", taken},
	{"400: what is not JSON", notJSON},
	{"422: what is against the rules", againstRules},
	{"413: what is too large", tooLarge},
	{"415: what is not said to be JSON", notSaidJSON},
	{"404: what is not there", notThere},
	{"405: what that method cannot do", notAllowed},
	{"HEAD is GET without the body", head},
	{"429: who asks too often", tooOften},
	{"500: an error tells the log, not the client", failing},
	{"500: a panic ends one request", panicking},
	{"503: a store that does not answer", unavailable},
	{"every answer has an id, fit for a log", identified},
	{"metrics count routes, not paths", counted},
	{"requests do not mix", concurrent},
}

const ann = `{"name":"Ann","email":"ann@example.com"}`

// draft returns the JSON of a user whose address nobody else has.
func draft(name string) string {
	b, _ := json.Marshal( //nolint:errchkjson // two strings: it cannot fail
		api.Draft{Name: name, Email: url.QueryEscape(name) + "@example.com"})
	return string(b)
}

// post makes a user.
func (s *session) post(t require.TestingT, body string) (u api.User, path, tag string) {
	a := s.do(t, "POST", "/users", body)
	require.Equal(t, 201, a.StatusCode, "%s", a.body)
	u = a.user(t)
	return u, "/users/" + u.ID, a.Header.Get("ETag")
}

func posted(t require.TestingT, s *session) {
	a := s.do(t, "POST", "/users", ann)
	require.Equal(t, 201, a.StatusCode)
	made := a.user(t)
	assert.Equal(t, api.User{ID: made.ID, Name: "Ann", Email: "ann@example.com"}, made)
	assert.NotEmpty(t, made.ID)
	assert.Equal(t, "/users/"+made.ID, a.Header.Get("Location"))
	assert.Equal(t, `"1"`, a.Header.Get("ETag"))
	got := s.do(t, "GET", a.Header.Get("Location"), "")
	assert.Equal(t, 200, got.StatusCode)
	kind, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type"))
	assert.Equal(t, "application/json", kind)
	assert.JSONEq(t, string(a.body), string(got.body))
	assert.Equal(t, `"1"`, got.Header.Get("ETag"))
	unicode, path, _ := s.post(t, draft("Zoë 🦊 <b>&amp;</b>"))
	assert.Equal(t, unicode.Name, s.do(t, "GET", path, "").user(t).Name)
}

func (s *session) list(t require.TestingT, query string) (page api.Page) {
	a := s.do(t, "GET", "/users"+query, "")
	require.Equal(t, 200, a.StatusCode, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, &page))
	return page
}

func paged(t require.TestingT, s *session) {
	assert.JSONEq(t, `{"users":[]}`, string(s.do(t, "GET", "/users", "").body), "an empty list is no null")
	var paths []string
	for i := range 25 {
		_, path, _ := s.post(t, draft(fmt.Sprint("user", i)))
		paths = append(paths, path)
	}
	assert.Len(t, s.list(t, "").Users, api.DefaultLimit)
	seen, cursor := 0, ""
	for range 5 {
		page := s.list(t, "?limit=7&cursor="+url.QueryEscape(cursor))
		for _, u := range page.Users {
			require.Equal(t, fmt.Sprint("user", seen), u.Name)
			seen++
		}
		if cursor = page.Next; cursor == "" {
			break
		}
		// Whoever is deleted behind the cursor moves nobody in front of it.
		require.Equal(t, 204, s.do(t, "DELETE", paths[seen-1], "").StatusCode)
	}
	assert.Equal(t, 25, seen)
}

func pageChecked(t require.TestingT, s *session) {
	for _, query := range []string{"limit=0", "limit=101", "limit=-1", "limit=x", "limit=1.5", "limit=99999999999999999999", "cursor=%00", "cursor=x"} {
		a := s.do(t, "GET", "/users?"+query, "")
		assert.Equal(t, 422, a.StatusCode, query)
		if assert.NotEmpty(t, a.problem(t).Errors, query) {
			name, _, _ := strings.Cut(query, "=")
			assert.Equal(t, "query."+name, a.problem(t).Errors[0].Location)
		}
	}
	for _, query := range []string{"limit=%zz", "limit=2;cursor=1"} {
		assert.Equal(t, 422, s.do(t, "GET", "/users?"+query, "").StatusCode, "what cannot be read is not ignored: %s", query)
	}
}

func patched(t require.TestingT, s *session) {
	_, path, tag := s.post(t, ann)
	a := s.do(t, "PATCH", path, `{"name":"Anne"}`)
	require.Equal(t, 200, a.StatusCode, "%s", a.body)
	assert.Equal(t, "Anne", a.user(t).Name)
	assert.Equal(t, "ann@example.com", a.user(t).Email, "what a patch does not name stays")
	assert.NotEqual(t, tag, a.Header.Get("ETag"))
	a = s.do(t, "PATCH", path, `{"email":"anne@example.com"}`)
	assert.Equal(t, "anne@example.com", a.user(t).Email)
	assert.JSONEq(t, string(a.body), string(s.do(t, "GET", path, "").body))
	assert.Equal(t, 404, s.do(t, "PATCH", "/users/nobody", `{"name":"Anne"}`).StatusCode)
}

func deleted(t require.TestingT, s *session) {
	_, path, _ := s.post(t, ann)
	a := s.do(t, "DELETE", path, "")
	assert.Equal(t, 204, a.StatusCode)
	assert.Empty(t, a.body)
	assert.Equal(t, 404, s.do(t, "GET", path, "").StatusCode)
	assert.Equal(t, 404, s.do(t, "DELETE", path, "").StatusCode)
	s.post(t, ann) // the address is free again
}

func matched(t require.TestingT, s *session) {
	_, path, tag := s.post(t, ann)
	for _, stale := range []string{`"0"`, "W/" + tag, "nonsense", `"7", "8"`} {
		a := s.do(t, "PATCH", path, `{"name":"x"}`, "If-Match", stale)
		assert.Equal(t, 412, a.StatusCode, stale)
		assert.Equal(t, 412, s.do(t, "DELETE", path, "", "If-Match", stale).StatusCode, stale)
	}
	assert.Equal(t, "Ann", s.do(t, "GET", path, "").user(t).Name)

	var mu sync.Mutex
	status := make(map[int]int)
	s.each(8, func(i int) {
		a := s.do(t, "PATCH", path, fmt.Sprintf(`{"name":"user %d"}`, i), "If-Match", tag)
		mu.Lock()
		defer mu.Unlock()
		status[a.StatusCode]++
	})
	assert.Equal(t, map[int]int{200: 1, 412: 7}, status)
	now := s.do(t, "GET", path, "").Header.Get("ETag")
	assert.Equal(t, 200, s.do(t, "PATCH", path, `{"name":"y"}`, "If-Match", `"0", `+now).StatusCode)
	assert.Equal(t, 204, s.do(t, "DELETE", path, "", "If-Match", "*").StatusCode)
}

func notModified(t require.TestingT, s *session) {
	_, path, tag := s.post(t, ann)
	for _, known := range []string{tag, "W/" + tag, `"0", ` + tag, "*"} {
		a := s.do(t, "GET", path, "", "If-None-Match", known)
		assert.Equal(t, 304, a.StatusCode, known)
		assert.Empty(t, a.body)
		assert.Equal(t, tag, a.Header.Get("ETag"))
	}
	assert.Equal(t, 200, s.do(t, "GET", path, "", "If-None-Match", `"0"`).StatusCode)
}

func idempotent(t require.TestingT, s *session) {
	var mu sync.Mutex
	ids := make(map[string]bool)
	s.each(8, func(int) {
		a := s.do(t, "POST", "/users", ann, "Idempotency-Key", "k-1")
		assert.Equal(t, 201, a.StatusCode)
		mu.Lock()
		defer mu.Unlock()
		ids[a.user(t).ID] = true
	})
	assert.Len(t, ids, 1)
	assert.Len(t, s.list(t, "").Users, 1)
	assert.Equal(t, 422, s.do(t, "POST", "/users", draft("Bob"), "Idempotency-Key", "k-1").StatusCode)
	for _, bad := range []string{strings.Repeat("k", 65), "a b", "ü"} {
		assert.Equal(t, 422, s.do(t, "POST", "/users", draft("Bob"), "Idempotency-Key", bad).StatusCode, bad)
	}
}

func taken(t require.TestingT, s *session) {
	s.post(t, ann)
	assert.Equal(t, 409, s.do(t, "POST", "/users", `{"name":"A","email":"ANN@example.com"}`).StatusCode)
	_, path, _ := s.post(t, draft("Bob"))
	assert.Equal(t, 409, s.do(t, "PATCH", path, `{"email":"ann@example.com"}`).StatusCode)
	assert.Equal(t, 200, s.do(t, "PATCH", path, `{"email":"BOB@example.com"}`).StatusCode, "one's own address is free")
}

func notJSON(t require.TestingT, s *session) {
	_, path, _ := s.post(t, draft("Bob"))
	for _, body := range []string{`{`, `{"name":"Ann"`, `name=Ann`, ann + `x`, ann + ann, `{"name":"Ann",}`, " ", strings.Repeat("[", 12_000)} {
		a := s.do(t, "POST", "/users", body)
		assert.Equal(t, 400, a.StatusCode, "%.40s", body)
		assert.Equal(t, 400, s.do(t, "PATCH", path, body).StatusCode, "%.40s", body)
	}
	a := s.do(t, "POST", "/users", "", "Content-Type", "application/json")
	assert.Equal(t, 400, a.StatusCode, "no body")
}

func againstRules(t require.TestingT, s *session) {
	_, path, _ := s.post(t, draft("Bob"))
	long := strings.Repeat("ü", 101)
	for body, where := range map[string]string{
		`{"email":"ann@example.com"}`:                       "body",
		`{"name":"","email":"ann@example.com"}`:             "body.name",
		`{"name":"` + long + `","email":"ann@example.com"}`: "body.name",
		`{"name":7,"email":"ann@example.com"}`:              "body.name",
		`{"name":"a\u0000b","email":"ann@example.com"}`:     "body.name", // no database keeps a NUL
		`{"name":"Ann"}`:                                       "body",
		`{"name":"Ann","email":"ann"}`:                         "body.email",
		`{"name":"Ann","email":"a b@example.com"}`:             "body.email",
		`{"name":"Ann","email":["ann@example.com"]}`:           "body.email",
		`{"name":"Ann","email":"` + long + long + long + `@"}`: "body.email",
	} {
		a := s.do(t, "POST", "/users", body)
		assert.Equal(t, 422, a.StatusCode, body)
		if errs := a.problem(t).Errors; assert.NotEmpty(t, errs, body) {
			assert.Contains(t, errs[0].Location, where, body)
		}
	}
	a := s.do(t, "POST", "/users", `{"name":"","email":""}`)
	assert.Equal(t, 422, a.StatusCode)
	assert.GreaterOrEqual(t, len(a.problem(t).Errors), 2, "all flaws are told at once")
	for _, body := range []string{`[]`, `7`, `null`, `"Ann"`} {
		assert.Equal(t, 422, s.do(t, "POST", "/users", body).StatusCode, body)
		assert.Equal(t, 422, s.do(t, "PATCH", path, body).StatusCode, body)
	}
	for _, body := range []string{`{}`, `{"nick":"Ann"}`, `{"name":""}`, `{"email":"x"}`} {
		assert.Equal(t, 422, s.do(t, "PATCH", path, body).StatusCode, body)
	}
	exact := strings.Repeat("ü", 100)
	assert.Equal(t, 201, s.do(t, "POST", "/users", `{"name":"`+exact+`","email":"a@b","since":2009}`).StatusCode,
		"100 characters are not too many, and an unknown field is no error")
}

func tooLarge(t require.TestingT, s *session) {
	// Spaces are JSON, so that nothing but the size is wrong.
	fits := ann + strings.Repeat(" ", api.MaxBody-len(ann))
	assert.Equal(t, 201, s.do(t, "POST", "/users", fits).StatusCode)
	a := s.do(t, "POST", "/users", fits+" ")
	assert.Equal(t, 413, a.StatusCode)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.base+"/users", io.MultiReader(strings.NewReader(fits), strings.NewReader("  ")))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil }
	assert.Equal(t, 413, s.send(t, req).StatusCode, "nor without a Content-Length")
}

func notSaidJSON(t require.TestingT, s *session) {
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/cbor", "json", ""} {
		a := s.do(t, "POST", "/users", ann, "Content-Type", kind)
		assert.Equal(t, 415, a.StatusCode, "%q", kind)
	}
	assert.Equal(t, 415, s.do(t, "POST", "/users", ann, "Content-Encoding", "gzip").StatusCode)
	assert.Equal(t, 201, s.do(t, "POST", "/users", ann, "Content-Type", "Application/JSON; charset=utf-8").StatusCode)
}

func notThere(t require.TestingT, s *session) {
	for _, path := range []string{
		"/", "/user", "/users/", "//users", "/users//", "/users/../users", "/users/./x", "/users/%2e%2e/users",
		"/users/nobody", "/users/a%2Fb", "/users/%00", "/users/%ff", "/users/nobody/x", "/Users", "/users/" + strings.Repeat("x", 2000),
	} {
		a := s.do(t, "GET", path, "")
		assert.Equal(t, 404, a.StatusCode, path)
	}
}

func notAllowed(t require.TestingT, s *session) {
	_, user, _ := s.post(t, ann)
	for path, methods := range map[string][]string{
		"/users":   {"PUT", "PATCH", "DELETE"},
		user:       {"PUT", "POST", "TRACE"},
		"/healthz": {"POST", "DELETE"},
	} {
		for _, method := range methods {
			a := s.do(t, method, path, "")
			assert.Equal(t, 405, a.StatusCode, "%s %s", method, path)
			allow := strings.Join(a.Header.Values("Allow"), ",")
			assert.Contains(t, allow, "GET", "%s %s", method, path)
			assert.NotContains(t, allow, method)
		}
	}
	// To a method that it does not know a server may also say 501 (RFC 9110,
	// 15.6.2).
	assert.Contains(t, []int{405, 501}, s.do(t, "STRANGE", "/users", "").StatusCode)
}

func head(t require.TestingT, s *session) {
	_, user, tag := s.post(t, ann)
	for _, path := range []string{user, "/users", "/healthz", "/readyz"} {
		assert.Equal(t, 200, s.do(t, "HEAD", path, "").StatusCode, path)
	}
	assert.Equal(t, tag, s.do(t, "HEAD", user, "").Header.Get("ETag"))
	assert.Equal(t, 404, s.do(t, "HEAD", "/users/nobody", "").StatusCode)
}

func tooOften(t require.TestingT, s *session) {
	for range burst {
		require.Equal(t, 200, s.do(t, "GET", "/users", "").StatusCode)
	}
	a := s.do(t, "GET", "/users", "", "X-Forwarded-For", "192.0.2.1", "X-Real-IP", "192.0.2.1")
	assert.Equal(t, 429, a.StatusCode, "whoever one says one is")
	assert.Regexp(t, `^[1-9]\d*$`, a.Header.Get("Retry-After"))
	assert.Equal(t, 200, s.do(t, "GET", "/healthz", "").StatusCode, "a probe is not limited")
}

func failing(t require.TestingT, s *session) {
	_, path, _ := s.post(t, ann)
	s.users.failWith(func() error { return errors.New("dial 10.0.0.7: password hunter2") })
	for _, a := range []answer{s.do(t, "GET", path, ""), s.do(t, "POST", "/users", draft("Bob"))} {
		assert.Equal(t, 500, a.StatusCode)
		assert.NotContains(t, string(a.body), "hunter2")
		line := s.logged(a.Header.Get("X-Request-ID"), "hunter2")
		assert.NotEmpty(t, line, "the log has the error under the id of the request")
	}
}

// logged returns the first line of the log that has all texts.
func (s *session) logged(texts ...string) string {
lines:
	for line := range strings.Lines(s.log.String()) {
		for _, text := range texts {
			if !strings.Contains(line, text) {
				continue lines
			}
		}
		return line
	}
	return ""
}

func panicking(t require.TestingT, s *session) {
	_, path, _ := s.post(t, ann)
	s.users.failWith(func() error { panic("a bug, with password hunter2") })
	a := s.do(t, "GET", path, "")
	assert.Equal(t, 500, a.StatusCode)
	assert.NotContains(t, string(a.body), "hunter2")
	assert.NotEmpty(t, s.logged(a.Header.Get("X-Request-ID"), "hunter2"))
	s.users.failWith(nil)
	assert.Equal(t, 200, s.do(t, "GET", path, "").StatusCode)
}

func unavailable(t require.TestingT, s *session) {
	_, path, _ := s.post(t, ann)
	assert.Equal(t, 200, s.do(t, "GET", "/readyz", "").StatusCode)
	s.users.failWith(func() error { return fmt.Errorf("dial: %w", api.ErrUnavailable) })
	for _, path := range []string{path, "/readyz"} {
		a := s.do(t, "GET", path, "")
		assert.Equal(t, 503, a.StatusCode, path)
		assert.Regexp(t, `^[1-9]\d*$`, a.Header.Get("Retry-After"), path)
	}
	assert.Equal(t, 200, s.do(t, "GET", "/healthz", "").StatusCode, "the process is well: to restart it would not help")
}

func identified(t require.TestingT, s *session) {
	const id = "0123-abc"
	a := s.do(t, "GET", "/users", "", "X-Request-ID", id)
	assert.Equal(t, id, a.Header.Get("X-Request-ID"))
	assert.NotEmpty(t, s.logged(id, "/users"))
	for _, unfit := range []string{strings.Repeat("x", 65), "two words", "ü"} {
		got := s.do(t, "GET", "/users", "", "X-Request-ID", unfit).Header.Get("X-Request-ID")
		assert.NotEqual(t, unfit, got)
		assert.NotEmpty(t, s.logged(got, "/users"))
	}
	for _, a := range []answer{
		s.do(t, "GET", "/nothing", "", "X-Request-ID", id),
		s.do(t, "PUT", "/users", "", "X-Request-ID", id),
		s.do(t, "POST", "/users", "{", "X-Request-ID", id),
		s.do(t, "POST", "/users", strings.Repeat(" ", api.MaxBody+1), "X-Request-ID", id),
	} {
		assert.Equal(t, id, a.Header.Get("X-Request-ID"), a.StatusCode)
	}
}

func counted(t require.TestingT, s *session) {
	_, path, _ := s.post(t, ann)
	s.do(t, "GET", path, "")
	s.do(t, "GET", path, "")
	s.do(t, "GET", "/users/nobody", "")
	s.do(t, "GET", "/some/path", "")
	s.do(t, "STRANGE", "/users", "")
	counts := make(map[string]string)
	for line := range strings.Lines(string(s.do(t, "GET", "/metrics", "").body)) {
		if rest, ok := strings.CutPrefix(line, "http_request_duration_seconds_count"); ok {
			labels, n, _ := strings.Cut(strings.TrimSpace(rest), "} ")
			counts[strings.ReplaceAll(labels, ":id", "{id}")+"}"] = n // either form of a pattern
		}
	}
	// The strange one is a 405, or a 501 that the API has not seen, with a route
	// or without.
	maps.DeleteFunc(counts, func(labels, n string) bool {
		return strings.HasPrefix(labels, `{method="other",`) && n == "1"
	})
	assert.Equal(t, map[string]string{
		`{method="POST",route="/users",status="201"}`:     "1",
		`{method="GET",route="/users/{id}",status="200"}`: "2",
		`{method="GET",route="/users/{id}",status="404"}`: "1",
		`{method="GET",route="",status="404"}`:            "1",
	}, counts, "not a path, not a method that a stranger made up")
}

func concurrent(t require.TestingT, s *session) {
	s.each(8, func(i int) {
		name := fmt.Sprint("user", i)
		u, path, _ := s.post(t, draft(name))
		for range 10 {
			a := s.do(t, "GET", path, "", "X-Request-ID", name)
			assert.Equal(t, u, a.user(t))
			assert.Equal(t, name, a.Header.Get("X-Request-ID"))
		}
	})
	assert.Len(t, s.list(t, "").Users, 8)
}

// each runs f n times at once.
func (s *session) each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
