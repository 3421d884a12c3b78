package middleware

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"example.com/goguide/detect/logbook"
	"example.com/goguide/detect/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A book is a log that can be read.
type book struct{ logbook.Book }

// lines returns the lines with that message.
func (l *book) lines(message string) []map[string]any {
	var all []map[string]any
	for text := range strings.Lines(l.String()) {
		var line map[string]any
		if json.Unmarshal([]byte(text), &line) == nil && line["msg"] == message {
			all = append(all, line)
		}
	}
	return all
}

// field returns what the last line with that message has of a name, or nil.
func (l *book) field(message, name string) any {
	lines := l.lines(message)
	if len(lines) == 0 {
		return nil
	}
	return lines[len(lines)-1][name]
}

// serve serves h by a real server while use runs, with a client that reaches it
// at any host. What the server complains of goes to complaints.
func serve(h http.Handler, complaints io.Writer, use func(c *http.Client)) {
	network := memnet.Listen()
	server := &http.Server{Handler: h, ErrorLog: log.New(complaints, "", 0)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(network)
	}()
	transport := &http.Transport{DialContext: network.Dial}
	use(&http.Client{Transport: transport})
	transport.CloseIdleConnections()
	_ = server.Shutdown(context.Background())
	<-ended
}

// An answer as a client sees it.
type answer struct {
	status int
	body   string
	err    error // that ended the reading
}

func get(c *http.Client, url string) answer {
	res, err := do(c, http.MethodGet, url, nil)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, string(body), err}
}

func do(c *http.Client, method, url string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, url, body)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}

// ask answers one request in memory. The headers are pairs of name and value.
func ask(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader("{}"))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// say returns a handler that answers with a text.
func say(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

// A panicking handler sends its text, if it has one, and panics with a value.
type panicking struct {
	text string
	with any
}

func (p panicking) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if p.text != "" {
		_, _ = io.WriteString(w, p.text)
		_ = http.NewResponseController(w).Flush()
	}
	panic(p.with)
}
