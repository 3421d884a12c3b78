package wrapping

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strconv"
)

// maxFrames limits a trace. What stands above is the server and main.
const maxFrames = 32

// A TracedError is an error that knows where it began. [Trace] makes one.
//
// fmt and slog ask only the error that they are given: if that is a wrapper
// around a TracedError, %+v shows its text and no frames. So find it first:
//
//	if t, ok := errors.AsType[*TracedError](err); ok {
//		attrs = append(attrs, slog.Any("origin", t))
//	}
type TracedError struct {
	err error
	pcs []uintptr
}

// Trace returns err with the stack of its caller. A nil err stays nil, and an
// error that has a trace keeps that one: the first is the nearest to the
// cause. Call it where an error comes into your code that should not occur.
func Trace(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*TracedError](err); ok {
		return err
	}
	var pcs [maxFrames]uintptr
	n := runtime.Callers(2, pcs[:]) // without Callers and Trace
	return &TracedError{err, append([]uintptr(nil), pcs[:n]...)}
}

// Error returns the text of the error that was traced.
func (e *TracedError) Error() string { return e.err.Error() }

// Unwrap returns the error that was traced.
func (e *TracedError) Unwrap() error { return e.err }

// Frames returns the stack, the function that called [Trace] first. It looks
// up names and lines, which costs more than taking the trace did.
func (e *TracedError) Frames() []runtime.Frame {
	var all []runtime.Frame
	for frames := runtime.CallersFrames(e.pcs); ; {
		frame, more := frames.Next()
		all = append(all, frame)
		if !more {
			return all
		}
	}
}

// Format prints the text, quoted for %q, and for %+v the frames below it.
func (e *TracedError) Format(s fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = io.WriteString(s, strconv.Quote(e.Error()))
		return
	}
	_, _ = io.WriteString(s, e.Error())
	if verb == 'v' && s.Flag('+') {
		for _, f := range e.Frames() {
			_, _ = fmt.Fprintf(s, "\n\t%s %s:%d", f.Function, f.File, f.Line)
		}
	}
}

// LogValue is what slog logs: the text, and the frames as one list. slog asks
// for it only if a handler wants the record.
func (e *TracedError) LogValue() slog.Value {
	frames := e.Frames()
	lines := make([]string, len(frames))
	for i, f := range frames {
		lines[i] = fmt.Sprintf("%s:%d", f.Function, f.Line)
	}
	return slog.GroupValue(
		slog.String("error", e.Error()),
		slog.Any("stack", lines),
	)
}
