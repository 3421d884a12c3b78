// Package retry repeats calls that failed for a moment, and does no harm when
// the moment lasts: client interceptors for connect-go and for grpc-go, with one
// [Policy] between them. It belongs to part 9.4 of the guide.
//
// A retry is a second call, and four things go wrong with it:
//
//   - The first call may have worked, and only its answer was lost. A user is
//     then created twice, or the second try says ALREADY_EXISTS of the first's
//     user ([RetriesAll]).
//   - Each layer retries what the layer below has retried: three layers of three
//     tries are 27 calls to a server that is down ([EveryLayer]).
//   - All clients fail at the same moment, pause for the same time and come back
//     at the same moment ([NoJitter]).
//   - While the server is down everything fails, so everything is retried: it is
//     asked three times as much as it could not answer before.
//
// # What to write
//
// Repeat only what says that it may be: a method whose idempotency_level in the
// .proto is NO_SIDE_EFFECTS or IDEMPOTENT, or one that Config.Also names, for it
// takes a key by which the server knows the second try.
//
// Repeat only on UNAVAILABLE, and on RESOURCE_EXHAUSTED where the server says
// when to come back. INTERNAL and UNKNOWN will be the same again,
// DEADLINE_EXCEEDED leaves no time, and ABORTED asks for more than this call to
// be repeated. A connection that the server has reset is UNAVAILABLE to grpc-go,
// and CANCELLED to connect-go v2.0.2: package chain corrects that.
//
// Draw each pause from zero to a bound that doubles: full jitter [AWS]. Of 500
// clients that fail at once, all come back in the same millisecond without it,
// and at most a dozen or so with it, where the bound is 100 ms.
//
// A server that says when (grpc-retry-pushback-ms in the trailers, or a RetryInfo
// in the details) is not asked sooner, and never again if it says a negative
// time; the jitter comes on top, for it tells all clients the same. A pause that
// ends after the caller's deadline is not begun: the caller gets the server's
// answer at once.
//
// Have a budget: all calls of one client share some tokens. A failure takes one,
// a success gives a tenth of one back, and below half of them nothing is
// repeated [A6]. A short trouble costs up to three tries a call, a long one a
// few calls in all.
//
// Have one layer retry, the lowest. [ConnectServer] and [GRPCServer] answer with
// a negative pushback where a call of this server has been given up, so that
// the layers above know that it was tried.
//
// # Or grpc-go's own
//
// grpc-go retries by itself what its service config names (retryPolicy and
// retryThrottling, gRFC A6), streams too, and without code: prefer it where a
// control plane or DNS hands that config out, or where streams are to be retried.
// It cannot know what is idempotent, for the methods are listed by hand; its
// jitter is a fifth up or down; it reads no RetryInfo; and it begins a pause that
// the deadline cuts short, so that the caller waits, and hears DEADLINE_EXCEEDED
// instead of what was wrong. The tests hold it to that. Never have both. It also
// repeats, whatever is configured, what no server has seen, and so does net/http.
//
// # What finds it
//
// A test that counts calls, in virtual time. No detector and no linter does.
//
// [A6]: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
// [AWS]: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
package retry

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc/codes"
)

// Config is what a [Policy] is made of.
type Config struct {
	// Tries is how often a call is made, the first time included.
	Tries uint
	// Base bounds the first pause, and Max all of them.
	Base, Max time.Duration
	// Tokens is the size of the budget: a server that is down is spared from
	// half as many failures on. A success gives Ratio tokens back, so that in the
	// long run Ratio is retries to successful calls.
	Tokens, Ratio float64
	// Also names methods that are safe to repeat though their .proto does not say
	// so: "/user.v1.UserService/CreateUser".
	Also []string
}

// Default is a Config for calls that take some milliseconds.
var Default = Config{
	Tries: 3, Base: 100 * time.Millisecond, Max: 2 * time.Second,
	Tokens: 20, Ratio: 0.1,
}

// A Policy is for the calls to one server. It may be used concurrently.
type Policy struct {
	Config

	budget budget
}

// New returns a policy with a full budget.
func New(c Config) (*Policy, error) {
	switch {
	case c.Tries < 1:
		return nil, fmt.Errorf("retry: %d tries: expected 1 (never again) or more", c.Tries)
	case c.Base <= 0 || c.Max < c.Base:
		return nil, fmt.Errorf("retry: pauses up to %v, then %v: expected 0 < Base <= Max", c.Base, c.Max)
	case c.Tokens <= 0 || c.Ratio < 0:
		return nil, fmt.Errorf("retry: a budget of %v tokens, and %v a success: "+
			"expected some, and none or more", c.Tokens, c.Ratio)
	}
	return &Policy{Config: c, budget: budget{tokens: c.Tokens, max: c.Tokens, ratio: c.Ratio}}, nil
}

// An answer is what came of a try, whatever library made it.
type answer struct {
	err   error
	code  codes.Code
	after time.Duration // of a RetryInfo
	// pushback holds grpc-retry-pushback-ms.
	pushback []string
}

// do calls try until it succeeds or must not be repeated. The error is always
// the last try's.
func (p *Policy) do(ctx context.Context, safe bool, try func() answer) error {
	var last answer
	pauses := p.pauses()
	_, _ = backoff.Retry(ctx, func() (struct{}, error) {
		last = try()
		if last.err == nil {
			p.budget.earn()
			return struct{}{}, nil
		}
		again, after := last.again()
		if !safe || !again {
			return struct{}{}, backoff.Permanent(last.err)
		}
		if allowed := p.budget.spend(); !allowed || after < 0 {
			return struct{}{}, backoff.Permanent(last.err)
		}
		pauses.least = after
		return struct{}{}, last.err
	},
		backoff.WithBackOff(pauses),
		backoff.WithMaxTries(p.Tries),
		backoff.WithMaxElapsedTime(left(ctx)))
	if again, _ := last.again(); safe && again {
		giveUp(ctx)
	}
	return last.err
}

// left is zero, for ever, without a deadline.
func left(ctx context.Context) time.Duration {
	if ends, ok := ctx.Deadline(); ok {
		return time.Until(ends)
	}
	return 0
}

// again reports whether a failure is one to repeat, and after what time at the
// least: never if that is negative.
func (a answer) again() (again bool, after time.Duration) {
	if a.code != codes.Unavailable && a.code != codes.ResourceExhausted {
		return false, 0
	}
	after = a.after
	if len(a.pushback) > 0 {
		ms, err := strconv.ParseInt(a.pushback[0], 10, 32)
		if err != nil || ms < 0 {
			return true, -1 // what is no time is no: gRFC A6
		}
		after = max(after, time.Duration(ms)*time.Millisecond)
	}
	return a.code == codes.Unavailable || after > 0 || len(a.pushback) > 0, after
}

func (p *Policy) also(method string) bool { return slices.Contains(p.Also, method) }
