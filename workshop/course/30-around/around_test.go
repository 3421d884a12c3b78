package around

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const patience = 5 * time.Second

// A log keeps its lines.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// lines returns the lines with a message.
func (l *log) lines(t *testing.T, msg string) (found []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Errorf("A line of the log is no JSON: %q.", line)
		}
		if fields["msg"] == msg {
			found = append(found, fields)
		}
	}
	return found
}

// An answer is what a client got, and what the log knows of it.
type answer struct {
	code  int
	id    string
	body  string
	cut   bool // the server would close the connection
	took  time.Duration
	later string // what came after the answer
	log   *log
}

// ask sends a request in a bubble, and waits until the handler has ended as
// well.
func ask(t *testing.T, h http.HandlerFunc, f func(t *testing.T, a answer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := answer{log: &log{}}
		w := httptest.NewRecorder()
		wrapped := Wrap(slog.New(slog.NewJSONHandler(a.log, nil)), patience, h)
		start := time.Now()
		func() {
			defer func() {
				if v := recover(); v != nil {
					if a.cut = v == http.ErrAbortHandler; !a.cut {
						t.Errorf("The panic %q was passed on, to whoever is outside.", v)
					}
				}
			}()
			wrapped.ServeHTTP(w, httptest.NewRequest("GET", "/basket", nil))
		}()
		a.code, a.id, a.took = w.Code, w.Header().Get("X-Request-Id"), time.Since(start)
		a.body = w.Body.String()
		time.Sleep(time.Hour)
		synctest.Wait() // the handler has ended
		a.later = strings.TrimPrefix(w.Body.String(), a.body)
		f(t, a)
	})
}

// request wants the one line of the request, with the status that the client
// got; cut answers have none.
func (a answer) request(t *testing.T, what string) {
	t.Helper()
	lines := a.log.lines(t, "request")
	if len(lines) != 1 {
		t.Errorf("%s, and the log has %d lines of the request, not one.", what, len(lines))
		return
	}
	l := lines[0]
	if status, _ := l["status"].(float64); int(status) != a.code && !a.cut {
		t.Errorf("%s. The client got %d, and the log says %v.", what, a.code, l["status"])
	}
	if l["method"] != "GET" || l["path"] != "/basket" {
		t.Errorf("%s. The log says that it was %v %v.", what, l["method"], l["path"])
	}
	a.identified(t, what, l)
}

func (a answer) identified(t *testing.T, what string, line map[string]any) {
	t.Helper()
	if line["id"] != a.id || a.id == "" {
		t.Errorf("%s. The answer has the id %q, and the line %q of the log has %q.", what, a.id, line["msg"], line["id"])
	}
}

// panicked wants the one line of a panic, with the stack of the one who did it.
func (a answer) panicked(t *testing.T, what string) {
	t.Helper()
	lines := a.log.lines(t, "panic")
	if len(lines) != 1 {
		t.Errorf("%s, and %d lines of the log tell of the panic, not one.", what, len(lines))
		return
	}
	if stack, _ := lines[0]["stack"].(string); !strings.Contains(stack, "whoPanics") {
		t.Errorf("%s, and the log does not say where: the function is not in the stack.", what)
	}
	a.identified(t, what, lines[0])
}

func whoPanics() {
	var basket map[string]int
	basket["apples"]++
}

func TestWrap_anAnswer(t *testing.T) {
	var inHandler string
	ask(t, func(w http.ResponseWriter, r *http.Request) {
		inHandler = ID(r.Context())
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, "two apples")
	}, func(t *testing.T, a answer) {
		const what = "A request was answered"
		if a.code != http.StatusCreated || a.body != "two apples" {
			t.Errorf("%s. The client got %d %q.", what, a.code, a.body)
		}
		if inHandler != a.id || a.id == "" {
			t.Errorf("%s. The answer has the id %q, and the handler knows %q.", what, a.id, inHandler)
		}
		a.request(t, what)
	})
}

func TestWrap_aSlowHandler(t *testing.T) {
	var late error
	var ended bool
	ask(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * patience)
		ended = errors.Is(r.Context().Err(), context.DeadlineExceeded)
		_, late = io.WriteString(w, "two apples")
	}, func(t *testing.T, a answer) {
		const what = "A handler took too long"
		if a.took != patience || a.code != http.StatusServiceUnavailable {
			t.Errorf("%s. The client waited %v, not %v, and got %d.", what, a.took, patience, a.code)
		}
		if strings.Contains(a.body+a.later, "apples") || late == nil {
			t.Errorf("%s, and wrote into an answer that was over: the client got %q, and the write says %v.\n"+
				"By then the ResponseWriter may be another request's.", what, a.body+a.later, late)
		}
		if !ended {
			t.Errorf("%s, and its ctx has not ended.", what)
		}
		a.request(t, what)
	})
}

func TestWrap_anAbort(t *testing.T) {
	ask(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "two ap")
		panic(http.ErrAbortHandler)
	}, func(t *testing.T, a answer) {
		const what = "A handler wished its answer to be cut off"
		if !a.cut {
			t.Errorf("%s. The client takes %d %q for the whole answer.", what, a.code, a.body)
		}
		if n := len(a.log.lines(t, "panic")); n > 0 {
			t.Errorf("%s, and %d lines of the log call that a panic.", what, n)
		}
		a.request(t, what)
	})
}

func TestWrap_aPanic(t *testing.T) {
	ask(t, func(http.ResponseWriter, *http.Request) { whoPanics() }, func(t *testing.T, a answer) {
		const what = "A handler panicked"
		if a.code != http.StatusInternalServerError && !a.cut {
			t.Errorf("%s. The client got %d.", what, a.code)
		}
		a.request(t, what)
		a.panicked(t, what)
	})
}

func TestWrap_aPanicAmidTheAnswer(t *testing.T) {
	ask(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "two ap")
		whoPanics()
	}, func(t *testing.T, a answer) {
		const what = "A handler panicked amid its answer"
		if !a.cut && (a.code != http.StatusInternalServerError || strings.Contains(a.body, "two ap")) {
			t.Errorf("%s. The client takes %d %q for the whole answer.", what, a.code, a.body)
		}
		a.request(t, what)
		a.panicked(t, what)
	})
}

func TestWrap_aPanicAfterTheLimit(t *testing.T) {
	ask(t, func(http.ResponseWriter, *http.Request) {
		time.Sleep(2 * patience)
		whoPanics()
	}, func(t *testing.T, a answer) {
		const what = "A handler took too long, and then panicked"
		if a.took != patience || a.code != http.StatusServiceUnavailable {
			t.Errorf("%s. The client waited %v, not %v, and got %d.", what, a.took, patience, a.code)
		}
		a.request(t, what)
		a.panicked(t, what)
	})
}
