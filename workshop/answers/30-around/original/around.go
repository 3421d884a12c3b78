// Package around is what stands around the handlers of a service: a request
// id, a line of the log, a limit of time, and something that catches panics.
//
// # What people see
//
// Somebody calls with the id of a request that went wrong. No line of the log
// has an id. Requests that panic have no line at all. Two customers got half an
// answer and took it for the whole. And some panics end the process, with the
// requests of everybody on it, though there is a recover for that.
//
// All four pieces are there, and each was tested alone.
//
// # Your task
//
// Put them into the right order, and mend what is wrong inside of them, until
// Wrap does what its comment says.
package around

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// Wrap returns next with all four around it.
//
//   - The answer to each request has an X-Request-Id. ID finds it in the ctx of
//     the handler, and each line of the log has it as "id".
//   - For each request there is one line "request", with method, path and the
//     status that the client got. An answer that was cut off has a line too.
//   - After patience the client gets 503, and the handler's ctx ends. What the
//     handler does after that, reaches nobody.
//   - A panic of the handler, whenever it comes, is logged as "panic", with its
//     stack. The client gets 500, and nothing of what the handler had written;
//     or the answer is cut off, by a panic of [http.ErrAbortHandler], and the
//     server closes the connection.
//   - [http.ErrAbortHandler] itself is a handler's wish to cut its answer off.
//     It is passed on, and not logged as a panic.
func Wrap(log *slog.Logger, patience time.Duration, next http.Handler) http.Handler {
	return recovered(log, logged(log, timed(patience, identified(next))))
}

type key struct{}

// ID returns the id of the request that a ctx belongs to, "" if it has none.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}

func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, id)))
	})
}

// A recorder remembers the status of an answer, 0 as long as there is none.
type recorder struct {
	http.ResponseWriter

	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(p)
}

func logged(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		next.ServeHTTP(rec, r)
		log.InfoContext(r.Context(), "request", "id", ID(r.Context()),
			"method", r.Method, "path", r.URL.Path, "status", rec.status)
	})
}

func recovered(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			log.ErrorContext(r.Context(), "panic", "id", ID(r.Context()),
				"error", v, "stack", string(debug.Stack()))
			http.Error(w, "internal error", http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// timed answers for a handler that takes too long.
func timed(patience time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			next.ServeHTTP(w, r.WithContext(ctx))
		}()
		select {
		case <-done:
		case <-ctx.Done():
			http.Error(w, "this takes too long", http.StatusServiceUnavailable)
		}
	})
}
