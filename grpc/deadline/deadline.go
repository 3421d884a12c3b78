// Package deadline hands a caller's deadline on from hop to hop, so that each
// hop has less time than the one before it: client interceptors for connect-go
// and for grpc-go. It belongs to part 9.4 of the guide.
//
// A deadline travels by itself: both libraries send the time that is left with
// each call (grpc-timeout, Connect-Timeout-Ms; the time left, for clocks
// differ), and the server's ctx ends when it is over. Two mistakes undo that.
//
// A hop that starts from context.Background, or cuts its ctx off by
// context.WithoutCancel, gives the next hop time that nobody has:
//
//	gateway: 1 s     orders                 users
//	GetOrder
//	                 WithTimeout(…, 1 min)
//	                 GetUser
//	                                        SELECT …
//	gives up
//	                                        SELECT …   // 59 s, for nobody
//
// And a hop that hands on all the time it has hears of the failure when its own
// caller has gone, too late for an answer of its own: a cached one, a part, or
// only the name of what was slow.
//
// # What to write
//
// One interceptor for all calls of a client, made of a [Budget]: it derives the
// ctx of a call from the caller's, keeps a Reserve for the way back, and does
// not send what cannot be done in time (Need). That spares the server work and
// the caller a wait. The error is DEADLINE_EXCEEDED at once, says what was
// missing and is a context.DeadlineExceeded too.
//
// A Limit is the most that one call gets. A fresh timeout is right as that: it
// only ever brings a deadline forward. It also covers the caller with none.
//
// Work that is meant to outlive its caller is no call of this client: give it a
// client without a Budget, and a timeout of its own.
//
// Streams pass as they are. One that lives for hours has no deadline, and the
// others inherit their caller's.
//
// # What finds it
//
// A test that asks the last hop how much is left, or one in virtual time that
// asks when its work ended. No detector does: the work ends, later. Of the
// linters contextcheck knows context.Background in a function that has a ctx
// ([FreshTimeout]), and not context.WithoutCancel ([CutOff]).
package deadline

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A Budget says how much of its caller's time a call may take. The zero Budget
// takes all of it, and refuses only what is late already.
type Budget struct {
	// Reserve is kept back from the call: for its answer's way and for what the
	// caller has to do then.
	Reserve time.Duration
	// Need is the time below which a call is not worth sending.
	Need time.Duration
	// Limit is the most that a call gets, and what it gets if its caller has no
	// deadline. Zero is no limit.
	Limit time.Duration
}

// Spend derives the ctx of a call from its caller's. Its error is a [TooLate].
// The caller of Spend cancels the ctx when the call is done.
func (b Budget) Spend(
	ctx context.Context,
) (context.Context, context.CancelFunc, error) {
	ends, ok := ctx.Deadline()
	if ok {
		ends = ends.Add(-b.Reserve)
		if left := time.Until(ends); left <= 0 || left < b.Need {
			return nil, nil, TooLate{left + b.Reserve, b.Need, b.Reserve}
		}
	}
	if b.Limit > 0 {
		if limit := time.Now().Add(b.Limit); !ok || limit.Before(ends) {
			ends, ok = limit, true
		}
	}
	if !ok {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel, nil
	}
	ctx, cancel := context.WithDeadline(ctx, ends)
	return ctx, cancel, nil
}

// TooLate is the error of a call that was not sent, for lack of time. It is
// DEADLINE_EXCEEDED to grpc-go, and context.DeadlineExceeded to errors.Is.
type TooLate struct { //nolint:errname // says what happened
	// Left is the time that the caller had; negative if its deadline had passed.
	Left          time.Duration
	Need, Reserve time.Duration
}

func (e TooLate) Error() string {
	return fmt.Sprintf(
		"not sent: %v left, of which the call needs %v and its caller %v",
		e.Left, e.Need, e.Reserve)
}

// Is reports whether target is context.DeadlineExceeded.
func (e TooLate) Is(target error) bool { return target == context.DeadlineExceeded }

// GRPCStatus tells grpc-go what this error is.
func (e TooLate) GRPCStatus() *status.Status {
	return status.New(codes.DeadlineExceeded, e.Error())
}
