// A moment on the wire is right as long as both clocks are. One that is a minute
// late gives a minute too much.
//
// FAILS: When there is 1.5s left, the header is "
package hops

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

var (
	// ErrTooLate says that a call was not made, for its answer would come too
	// late.
	ErrTooLate = errors.New("too little time is left")
	// ErrHeader says that a header is no time.
	ErrHeader = errors.New("bad timeout header")
)

// A Hop is how one service calls another.
type Hop struct {
	// Limit is the most that a call gets.
	Limit time.Duration
	// Reserve is what the caller needs for itself when the answer is there, or
	// when there is none.
	Reserve time.Duration
	// Need is the least that a call takes.
	Need time.Duration
}

// Send makes a call, and returns its error.
//
//   - The ctx of the call ends Reserve before ctx's deadline, and at the latest
//     when Limit is over: also if ctx has no deadline. It ends at once when ctx
//     is cancelled, or when Send returns. It has ctx's values.
//   - If that is less than Need, Send does not call. It returns an error with
//     ErrTooLate and [context.DeadlineExceeded] in its chain, at once.
//   - If ctx is cancelled already, Send returns its error, and does not call.
func (h Hop) Send(ctx context.Context, call func(context.Context) error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	gets := h.Limit
	if deadline, ok := ctx.Deadline(); ok {
		gets = min(gets, time.Until(deadline)-h.Reserve)
	}
	if gets < h.Need {
		return fmt.Errorf("%w: %v, and it takes %v: %w", ErrTooLate, gets, h.Need, context.DeadlineExceeded)
	}
	ctx, cancel := context.WithTimeout(ctx, gets)
	defer cancel()
	return call(ctx)
}

// Header is what is sent along with a call: how many milliseconds are left until
// ctx's deadline, rounded down, and not less than 0; "" if it has none. The
// clocks of two machines need not agree.
func Header(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ""
	}
	return strconv.FormatInt(deadline.UnixMilli(), 10)
}

// Receive returns the ctx of a request: ctx, which is that of its connection,
// with the deadline that the header tells. It need not have one. Other than 1 to
// 8 digits it is an ErrHeader.
func Receive(ctx context.Context, header string) (context.Context, context.CancelFunc, error) {
	if header == "" {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel, nil
	}
	ms, err := strconv.ParseInt(header, 10, 64)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %q", ErrHeader, header)
	}
	ctx, cancel := context.WithDeadline(ctx, time.UnixMilli(ms))
	return ctx, cancel, nil
}
