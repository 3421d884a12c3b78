package apitest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
)

// OpenAPI is the document. go generate in ../huma writes it.
//
//go:embed openapi.json
var OpenAPI []byte

var document = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(OpenAPI)
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

// An answer is a response whose body was read.
type answer struct {
	*http.Response
	body []byte
}

// user returns the user in the answer.
func (a answer) user(t require.TestingT) (u api.User) {
	require.NoError(t, json.Unmarshal(a.body, &u), "%s", a.body)
	return u
}

// problem returns the problem in the answer, and checks that it is one.
func (a answer) problem(t require.TestingT) (p api.Problem) {
	require.Equal(t, api.ProblemType, a.Header.Get("Content-Type"), "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, &p), "%s", a.body)
	assert.Equal(t, a.StatusCode, p.Status, "the problem's status is the response's")
	assert.NotEmpty(t, p.Title)
	return p
}

// do sends a request and checks what all answers have in common: an id, an
// error that is a problem, and what the document says.
func (s *session) do(t require.TestingT, method, path, body string, header ...string) answer {
	req, err := http.NewRequestWithContext(context.Background(), method, s.base+path, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	if body == "" {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return s.send(t, req)
}

func (s *session) send(t require.TestingT, req *http.Request) answer {
	sent := req.Clone(req.Context()) // with the body that the client will not read
	if req.GetBody != nil {
		var err error
		sent.Body, err = req.GetBody()
		require.NoError(t, err)
	}
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	a := answer{resp, body}
	if a.StatusCode == http.StatusNotImplemented {
		return a // to a method that the server, not the API, does not know
	}
	what := req.Method + " " + req.URL.RequestURI()
	assert.NotEmpty(t, a.Header.Get("X-Request-ID"), what)
	if req.Method == http.MethodHead {
		assert.Empty(t, a.body, what)
	} else if a.StatusCode >= 400 {
		a.problem(t)
	}
	documented(t, sent, a)
	return a
}

// documented checks an answer against the document, and, where the answer says
// that the request was good, the request too.
func documented(t require.TestingT, req *http.Request, a answer) {
	router, err := document()
	require.NoError(t, err)
	route, params, err := router.FindRoute(req)
	if err != nil {
		return // no such path or method: a 404 or 405, which have no operation
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
	if a.StatusCode < 300 {
		assert.NoError(t, openapi3filter.ValidateRequest(req.Context(), in),
			"%s %s got a %d, and the document does not allow it", req.Method, req.URL, a.StatusCode)
	}
	if a.StatusCode == http.StatusNotModified {
		return // it has no body, and the document one for each error
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.StatusCode, Header: a.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	assert.NoError(t, openapi3filter.ValidateResponse(req.Context(), out.SetBodyBytes(a.body)))
}
