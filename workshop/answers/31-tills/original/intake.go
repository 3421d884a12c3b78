// Package intake takes the orders of tills, and sends the day's report.
//
// # What people see
//
// Every few weeks no till gets an answer any more. The processors are idle, and
// the process holds 28,000 connections: of tills that were switched off in the
// middle of a request, or that never took their answer. A restart mends it.
// Somebody set a WriteTimeout, and the report, which takes minutes, broke off;
// it was taken out again. And last Monday a till sent an order without an end,
// and the process was killed for its memory.
//
// # Your task
//
// Mend New, so that it keeps what its comment promises. The test is the till,
// over a network in memory.
package intake

import (
	"fmt"
	"io"
	"iter"
	"net/http"
)

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
		order, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "the order is incomplete", http.StatusBadRequest)
			return
		}
		save(order)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) {
		rc := http.NewResponseController(w)
		for row := range rows {
			fmt.Fprintln(w, row)
			rc.Flush()
		}
	})
	return &http.Server{Handler: mux}
}
