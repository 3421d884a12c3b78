package middleware

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"example.com/goguide/web/api"
)

// idKey is the key of a request's id in its ctx.
type idKey struct{}

// RequestID names each request: as X-Request-ID says, if that is fit for a log,
// and else by a new id. The answer has it in the same header, the ctx for [ID].
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := api.RequestID(r.Header.Get("X-Request-ID"))
		w.Header().Set("X-Request-ID", id)
		ctx := context.WithValue(r.Context(), idKey{}, id)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// ID returns the id of the request that ctx belongs to, or "" outside of one.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// Route returns the pattern that the router has matched, without its method, as
// /users/{id}, or "" if there was none. It is known once the router was called,
// and only in the request that the router was given, not in one that it was
// copied from. A metric has it for a label: a path would make a time series for
// whatever a stranger asks for.
func Route(r *http.Request) string {
	if _, route, ok := strings.Cut(r.Pattern, " "); ok {
		return route
	}
	return r.Pattern
}

// Log writes a line for each request when it is answered: a warning for a
// status of 400 and more, an error from 500 on. It also does if a panic passes
// by; then the line has cut, since the server will cut the connection. The
// query is left out, for it may hold what a log must not.
func Log(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start, rec, cut := time.Now(), Record(w), true
			defer func() { //nolint:contextcheck // it passes the request's
				status := rec.final(cut)
				attrs := []slog.Attr{
					slog.String("id", ID(r.Context())),
					slog.String("client", Client(r)),
					slog.String("method", r.Method),
					slog.String("path", r.URL.Path),
					slog.String("route", Route(r)),
					slog.Int("status", status),
					slog.Int64("bytes", rec.Bytes()),
					slog.Duration("took", time.Since(start)),
				}
				if cut {
					attrs = append(attrs, slog.Bool("cut", true))
				}
				log.LogAttrs(r.Context(), level(status, cut), "request",
					attrs...)
			}()
			next.ServeHTTP(rec, r)
			cut = false
		})
	}
}

func level(status int, cut bool) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case status >= http.StatusBadRequest || cut:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// Measure tells observe of each request when it is answered, for a metric. The
// route is a label of few values, as [Route] has it; the status is 0 where none
// was sent before the connection was cut.
func Measure(
	observe func(method, route string, status int, took time.Duration),
) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start, rec, cut := time.Now(), Record(w), true
			defer func() {
				observe(r.Method, Route(r), rec.final(cut), time.Since(start))
			}()
			next.ServeHTTP(rec, r)
			cut = false
		})
	}
}

// Recover makes a 500 of a panic of the handler's, and logs it with its stack.
// Where the answer has begun it is too late for that: then the connection is
// cut, or the client would take half for all. A panic of
// [http.ErrAbortHandler], which asks for just this, is passed on. What another
// goroutine panics ends the process nevertheless.
func Recover(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := Record(w)
			defer func() { //nolint:contextcheck // it passes the request's
				v := recover()
				if v == nil {
					return
				}
				err, _ := v.(error)
				if errors.Is(err, http.ErrAbortHandler) {
					panic(http.ErrAbortHandler)
				}
				log.ErrorContext(r.Context(), "panic", "id", ID(r.Context()),
					"error", fmt.Sprint(v), "stack", string(debug.Stack()))
				if rec.Status() != 0 {
					panic(http.ErrAbortHandler)
				}
				refuse(rec, http.StatusInternalServerError, "")
			}()
			next.ServeHTTP(rec, r)
		})
	}
}

// refuse answers with an [api.Problem], in place of what a handler was about
// to.
func refuse(w http.ResponseWriter, status int, detail string) {
	h := w.Header()
	for _, ofTheBody := range []string{
		"Cache-Control", "Content-Encoding", "Content-Length",
		"Etag", "Last-Modified",
	} {
		h.Del(ofTheBody)
	}
	p := api.NewProblem(status, detail)
	body, _ := json.Marshal(p) //nolint:errchkjson // texts and numbers
	h.Set("Content-Type", api.ProblemType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error here means that the client has left
}
