// Package breaker stops asking a server that is failing: client interceptors for
// connect-go and for grpc-go around sony/gobreaker. It belongs to part 9.4 of
// the guide.
//
// A server that is down, or slow, costs its callers more than the answer: each
// call waits for its deadline, holds a goroutine and a request of somebody's,
// and is one more call that the server must refuse while it comes up. A breaker
// opens when too many calls fail, answers UNAVAILABLE at once for a while, and
// then lets some calls through to see.
//
// # What to write
//
// Count the server's faults and nothing else ([Fault]):
//
//	UNAVAILABLE, INTERNAL, UNKNOWN, DATA_LOSS   a fault
//	DEADLINE_EXCEEDED                           a fault if the call had Patience
//	CANCELLED, and a shorter DEADLINE_EXCEEDED  not counted: the caller left
//	all others                                  an answer of a server that works
//
// A caller that gives a call a millisecond gets DEADLINE_EXCEEDED from the best
// of servers. INVALID_ARGUMENT and NOT_FOUND are the caller's mistakes, and
// UNIMPLEMENTED is too; RESOURCE_EXHAUSTED is what the server says to a caller
// who asks too much, with a time that the caller heeds (package retry). gobreaker
// counts every error unless IsSuccessful and IsExcluded say otherwise: then one
// client that asks for what is not there opens the breaker for all ([CountsAll]).
//
// Open it by a share of the calls, from some number of calls on. Consecutive
// failures are a poor measure: where every tenth call still succeeds, there are
// hardly ever ten in a row.
//
// Have one breaker a server, for the life of the client, shared by all its
// calls. Put it inside of retry, so that each try is counted, and none is sent to
// a server that is known to be down: the refusal says by a RetryInfo when the
// breaker will ask again. Give every call a deadline (package deadline): a probe
// that never ends keeps the breaker from closing.
//
// In connect-go v2 the interceptor's next only opens a stream. Whether the call
// fails shows when its answer is received: a breaker around next counts nothing
// ([AroundNext]). And connect-go v2.0.2 calls a connection that the server has
// reset CANCELLED, as if the caller had left, which counts for nothing: package
// chain corrects that.
//
// # What finds it
//
// A test that sends a client's mistakes and then a good call, and one that looks
// whether the breaker opens at all. No detector and no linter sees either.
package breaker

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Config is what a [Breaker] is made of.
type Config struct {
	// Ratio is the share of faults among the calls of a Window that opens the
	// breaker, if there were at least Calls.
	Ratio  float64
	Calls  uint32
	Window time.Duration
	// Open is for how long it then refuses all calls.
	Open time.Duration
	// Probes is how many calls it lets through after that, at once and in all. If
	// they succeed it closes; one fault opens it again.
	Probes uint32
	// Patience is the least time after which DEADLINE_EXCEEDED is a fault.
	Patience time.Duration
	// Changed is told of each change, if it is not nil. It must not call the
	// breaker.
	Changed func(from, to gobreaker.State)
}

// Default is a Config for a server that answers within some milliseconds.
var Default = Config{
	Ratio: 0.5, Calls: 20, Window: 10 * time.Second,
	Open: 5 * time.Second, Probes: 3, Patience: time.Second,
}

// A Breaker is for the calls to one server. It may be used concurrently.
type Breaker struct {
	patience time.Duration
	two      *gobreaker.TwoStepCircuitBreaker[struct{}]
	opens    atomic.Pointer[time.Time] // until when it is open
}

// New returns a closed breaker.
func New(c Config) (*Breaker, error) {
	if c.Ratio <= 0 || c.Ratio > 1 || c.Calls < 1 || c.Window <= 0 {
		return nil, fmt.Errorf("breaker: a share of %v of %d calls in %v: "+
			"expected 0 < Ratio <= 1, a call or more, and some time",
			c.Ratio, c.Calls, c.Window)
	}
	if c.Open <= 0 || c.Probes < 1 || c.Patience < 0 {
		return nil, fmt.Errorf("breaker: open for %v, then %d probes, and patience for %v: "+
			"expected some time, a probe or more, and no less than zero",
			c.Open, c.Probes, c.Patience)
	}
	b := &Breaker{patience: c.Patience}
	b.two = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests:  c.Probes,
		Interval:     c.Window,
		BucketPeriod: c.Window / 10, // a window that rolls
		Timeout:      c.Open,
		ReadyToTrip: func(n gobreaker.Counts) bool {
			calls := n.TotalSuccesses + n.TotalFailures
			return calls >= c.Calls && float64(n.TotalFailures) >= c.Ratio*float64(calls)
		},
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				until := time.Now().Add(c.Open)
				b.opens.Store(&until)
			}
			if c.Changed != nil {
				c.Changed(from, to)
			}
		},
		IsSuccessful: func(err error) bool { return !errors.Is(err, errFault) },
		IsExcluded:   func(err error) bool { return errors.Is(err, errNothing) },
	})
	return b, nil
}

// State returns whether the breaker is closed, open or half open.
func (b *Breaker) State() gobreaker.State { return b.two.State() }

// What gobreaker is told of a call that did not succeed.
var (
	errFault   = errors.New("the server's fault")
	errNothing = errors.New("says nothing about the server")
)

// allow returns how to report what came of a call, which must be done once; or
// a [Refused].
func (b *Breaker) allow() (report func(codes.Code), err error) {
	done, err := b.two.Allow()
	if err != nil {
		r := Refused{cause: err}
		if until := b.opens.Load(); until != nil {
			r.After = max(time.Until(*until), 0)
		}
		return nil, r
	}
	start := time.Now()
	return func(c codes.Code) {
		fault, counts := Fault(c, time.Since(start) >= b.patience)
		switch {
		case !counts:
			done(errNothing)
		case fault:
			done(errFault)
		default:
			done(nil)
		}
	}, nil
}

// Fault reports whether a code is the server's fault, and whether it says
// anything about the server at all. Patient says that the caller gave the call
// enough time.
func Fault(c codes.Code, patient bool) (fault, counts bool) {
	switch c {
	case codes.Unavailable, codes.Internal, codes.Unknown, codes.DataLoss:
		return true, true
	case codes.DeadlineExceeded:
		return patient, patient
	case codes.Canceled:
		return false, false
	default:
		return false, true
	}
}

// Refused is the error of a call that was not sent. It is UNAVAILABLE.
type Refused struct { //nolint:errname // says what happened
	// After is the time until the breaker asks the server again.
	After time.Duration
	cause error
}

func (e Refused) Error() string { return "not sent: " + e.cause.Error() }

// Unwrap returns gobreaker's error.
func (e Refused) Unwrap() error { return e.cause }

// info is what a client is told: when to come back.
func (e Refused) info() *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(e.After)}
}

// GRPCStatus tells grpc-go what this error is.
func (e Refused) GRPCStatus() *status.Status {
	s := status.New(codes.Unavailable, e.Error())
	if told, err := s.WithDetails(e.info()); err == nil {
		return told
	}
	return s
}
