// A report without any deadline is for clients who read it. One who stops holds
// the connection, the handler and the rows.
//
// FAILS: takes no more rows of a report. 32s later the server still holds
package intake

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"
)

const patience = 30 * time.Second

// MaxOrder is how many bytes an order may have, 1 MiB.
const MaxOrder = 1 << 20

// New returns a server:
//
//	POST /orders   hands the body to save, and answers 204
//	GET /report    sends the rows, each as soon as it is there, one a line
//
// A connection is closed
//
//   - if a request, headers and body, is not there 30s after it has begun;
//     one that takes 20s is served;
//   - if the client does not take an answer, or the next row of the report,
//     for 30s; a report to one who reads it may take hours;
//   - if it is idle for 2 minutes; after one minute it is still there.
//
// An order of more than MaxOrder bytes gets 413. It is not given to save, and
// the rest of it is not read. Rows end when nobody takes them any more.
func New(save func(order []byte), rows iter.Seq[string]) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		order, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxOrder))
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			http.Error(w, "the order is too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "the order is incomplete", http.StatusBadRequest)
			return
		}
		save(order)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.SetWriteDeadline(time.Time{})
		for row := range rows {
			if _, err := fmt.Fprintln(w, row); err != nil {
				return
			}
			if err := rc.Flush(); err != nil {
				return
			}
		}
	})
	return &http.Server{
		Handler:      mux,
		ReadTimeout:  patience,
		WriteTimeout: patience,
		IdleTimeout:  2 * time.Minute,
	}
}
