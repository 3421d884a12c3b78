// Package logging writes one line for each call: method, code, duration, peer
// and request id, by log/slog. It belongs to part 9.4 of the guide.
//
// # What to write
//
// An interceptor writes the line when the call has ended, and nobody else does.
// What deeper layers know they add to it ([Add]), or wrap into the error that
// they return: a layer that logs an error and returns it has it in the log as
// often as there are layers, in lines that nothing joins ([EachLayer]).
//
// The level says who has to act ([Level]). A caller's mistake is INFO, or
// whoever sends bad requests rings the alarm ([AllErrors]); what time will mend
// is WARN; ERROR is a bug here.
//
// No message and no metadata: a request holds what people would not have in a
// log, which has other readers, other copies and a longer life than the
// database ([LogsRequest]), and metadata has the token ([LogsMetadata]). What
// is needed is named, field by field, where it is known to be harmless. The
// text of an error of the caller's is not logged either, for it may quote the
// request; the code is.
//
// [Connect] and [GRPC] belong inside the interceptor of package requestid, and
// outside those that recover from panics and turn errors into codes.
//
// # What finds it
//
// A test that reads the log after a call that failed. No detector and no linter
// here knows what may be in a log.
package logging

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"example.com/goguide/grpc/requestid"
)

// Level returns the level of the line of a call that ended with a code.
func Level(c codes.Code) slog.Level {
	switch c {
	case codes.Unknown, codes.Internal, codes.DataLoss:
		return slog.LevelError // a bug here
	case codes.DeadlineExceeded, codes.ResourceExhausted, codes.Unavailable:
		return slog.LevelWarn // too slow, too much, not there
	default:
		return slog.LevelInfo // as asked for, or the caller's mistake
	}
}

type key struct{}

// A line is what is known of a call so far.
type line struct {
	mu    sync.Mutex
	attrs []slog.Attr
}

// Add adds to the line of the call that ctx belongs to. Outside of a call it
// does nothing. It may be called concurrently.
func Add(ctx context.Context, attrs ...slog.Attr) {
	if l, ok := ctx.Value(key{}).(*line); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.attrs = append(l.attrs, attrs...)
	}
}

// call runs next and writes its line, also if next panics.
func call(ctx context.Context, log *slog.Logger, method, peer string, code func(error) codes.Code, next func(context.Context) error) (err error) {
	start, l := time.Now(), new(line)
	ctx = context.WithValue(ctx, key{}, l)
	c := codes.Internal // of a panic
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		attrs := append([]slog.Attr{
			slog.String("method", method),
			slog.String("code", c.String()),
			slog.Duration("duration", time.Since(start)),
			slog.String("peer", peer),
			slog.String("request_id", requestid.Of(ctx)),
		}, l.attrs...)
		if err != nil && Level(c) > slog.LevelInfo {
			attrs = append(attrs, slog.Any("error", err))
		}
		log.LogAttrs(ctx, Level(c), "call", attrs...)
	}()
	err = next(ctx)
	c = code(err)
	return err
}
