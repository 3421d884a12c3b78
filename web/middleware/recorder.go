package middleware

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
)

// A Recorder is a ResponseWriter that knows what has been answered. It hides
// nothing of the one inside: [http.ResponseController] finds that by Unwrap,
// and older code, which asks for an http.Flusher, http.Hijacker or
// io.ReaderFrom, finds the Recorder itself. Like any ResponseWriter it is for
// one goroutine.
type Recorder struct {
	http.ResponseWriter

	status int
	bytes  int64
}

// Record returns w if it is a [Recorder], so that the middleware of a request
// shares one, and else a Recorder around it.
func Record(w http.ResponseWriter) *Recorder {
	if rec, ok := w.(*Recorder); ok {
		return rec
	}
	return &Recorder{ResponseWriter: w}
}

// Status returns the status of the answer, or 0 while it has not begun. A
// handler that returns like that has answered 200. It is 101 once the
// connection was taken over.
func (r *Recorder) Status() int { return r.status }

// final is the status once the handler has returned or panicked.
func (r *Recorder) final(panicked bool) int {
	if r.status == 0 && !panicked {
		return http.StatusOK
	}
	return r.status
}

// Bytes returns how many bytes of a body were written.
func (r *Recorder) Bytes() int64 { return r.bytes }

// Unwrap is for [http.ResponseController], which sets deadlines by it.
func (r *Recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// begin remembers the status. It comes after the call that sent it, for
// WriteHeader(1000) panics and sends none.
func (r *Recorder) begin(status int) {
	// 100 to 199 announce an answer, except for 101, which is one.
	final := status >= 200 || status == http.StatusSwitchingProtocols
	if final && r.status == 0 {
		r.status = status
	}
}

// WriteHeader implements [http.ResponseWriter].
func (r *Recorder) WriteHeader(status int) {
	r.ResponseWriter.WriteHeader(status)
	r.begin(status)
}

// Write implements [http.ResponseWriter].
func (r *Recorder) Write(b []byte) (int, error) {
	n, err := r.ResponseWriter.Write(b)
	r.begin(http.StatusOK)
	r.bytes += int64(n)
	return n, err
}

// ReadFrom lets io.Copy send a file without reading it, where the inner writer
// can.
func (r *Recorder) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(r.ResponseWriter, src)
	r.begin(http.StatusOK)
	r.bytes += n
	return n, err
}

// FlushError sends what was written, the status first. Without it
// ResponseController would flush the inner writer, and the Recorder would not
// know that the answer has begun.
func (r *Recorder) FlushError() error {
	err := http.NewResponseController(r.ResponseWriter).Flush()
	if !errors.Is(err, http.ErrNotSupported) {
		r.begin(http.StatusOK)
	}
	return err
}

// Flush implements [http.Flusher]. It does nothing where the inner writer
// cannot.
func (r *Recorder) Flush() { _ = r.FlushError() }

// Hijack implements [http.Hijacker].
func (r *Recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.begin(http.StatusSwitchingProtocols)
	}
	return conn, rw, err
}
