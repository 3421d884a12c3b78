// Package constructors shows every way to make a ctx, what each one's end
// looks like, and what it costs to forget a CancelFunc. It belongs to parts
// 4.1 and 4.2 of the guide.
//
// The guide counts four constructors and shows six. There are more by now; the
// tests of this package are the table below, cell by cell:
//
//	constructor        since  Done       Err at its own end  Cause
//	Background, TODO   1.7    nil        never ends          –
//	WithValue          1.7    parent's   the parent's        the parent's
//	WithCancel         1.7    its own    Canceled            Canceled
//	WithTimeout        1.7    its own    DeadlineExceeded    DeadlineExceeded
//	WithDeadline       1.7    its own    DeadlineExceeded    DeadlineExceeded
//	WithCancelCause    1.20   its own    Canceled            as given
//	WithTimeoutCause   1.21   its own    DeadlineExceeded    as given
//	WithDeadlineCause  1.21   its own    DeadlineExceeded    as given
//	WithoutCancel      1.21   nil        never ends          –
//	NotifyContext      1.16   its own    Canceled            the signal (1.26)
//	testing's Context  1.24   its own    Canceled            Canceled
//
// All but WithoutCancel end with their parent too, with its Err and its Cause.
// AfterFunc (1.21) makes no ctx: it calls a function when one ends. The cause
// of a WithTimeoutCause is for the timeout alone: its CancelFunc leaves
// Canceled.
//
// A ctx that can be cancelled is entered in its parent, for that must tell it:
//
//	server's ctx                 request's ctx
//	                             WithTimeout(server's, time.Hour)
//	keeps it as a child
//	                             return   // no cancel()
//	keeps it, its timer and its values, for an hour
//
// # What to write
//
//   - defer cancel() in the line below the constructor. A second call does
//     nothing, and after a timeout the call costs nothing: no reason not to.
//   - Say why you cancel (WithCancelCause), and return context.Cause(ctx):
//     errors.Is finds context.Canceled in it no more unless you wrap it.
//   - AfterFunc lets a ctx stop what knows nothing of a ctx: a read ([Read]),
//     a sync.Cond, a second ctx ([Merge]). Call its stop, and when that says
//     false, the function has been started: wait for it before you touch what
//     it touches.
//   - context.TODO is Background with a name that grep finds.
//
// # What finds it
//
// go vet's lostcancel refuses a CancelFunc that is thrown away or not used on
// some path, if a constructor of package context returned it. It does not look
// behind a function of yours ([Forgotten]). At run time nobody reports it: no
// goroutine waits, so goleak and the leak profile see nothing; a heap profile
// has the memory below context.WithTimeout. Only below a parent of a foreign
// type does each child start a goroutine, which is seen ([ForeignParent]).
package constructors

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// Read is conn.Read that also returns when ctx ends, with ctx's cause. It sets
// conn's read deadline for that and then clears it, so the caller sets none,
// and only one Read may run at a time. Bytes that have come are returned even
// if ctx ended meanwhile.
func Read(ctx context.Context, conn net.Conn, p []byte) (int, error) {
	interrupted := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		interrupted <- conn.SetReadDeadline(time.Unix(1, 0)) // long past
	})
	n, err := conn.Read(p)
	if stop() {
		return n, err
	}
	// The function has begun. Without waiting for its end, its deadline might
	// be set after the next line and fail the next Read.
	failed := <-interrupted
	failed = errors.Join(failed, conn.SetReadDeadline(time.Time{}))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = context.Cause(ctx)
	}
	if failed != nil { // a closed connection, say
		err = errors.Join(err, failed)
	}
	return n, err
}

// Merge returns a ctx with ctx's values that ends when ctx or other does, with
// the cause of the first: a request's ctx and the server's, say. Deadline knows
// of ctx's alone. The caller must call cancel, for it is entered in both.
func Merge(ctx, other context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
