// Package ratelimit refuses the calls of a caller who makes too many, and says
// when to come back: server interceptors for connect-go and for grpc-go around
// golang.org/x/time/rate. It belongs to part 9.4 of the guide.
//
// Each caller has a bucket of tokens, so that one who asks too much takes nothing
// from the others. Two mistakes turn the limit into what it should prevent:
//
//   - The buckets stand in a map, and nobody takes one out. Whoever makes up
//     names, or comes from many addresses, fills the memory ([PerKey.Allow]).
//   - The server waits for a token instead of refusing. Each call that is too
//     many then holds a goroutine and its request for as long as the caller
//     likes: the queue has no end, and is longest when there is most to do
//     ([Waits]).
//
// # What to write
//
// Refuse at once, by RESOURCE_EXHAUSTED with a RetryInfo: a client that heeds it
// (package retry) comes back when it is its turn, and waits at its own expense.
//
// Bound the number of buckets, and forget only those that are full again: a
// caller who comes back to a new bucket then has what it would have had. Where
// none is full, those who are not known share one bucket, and those who are known
// keep theirs. A bucket is full again after Burst/Rate seconds without a call, so
// Keys is right if it is the number of callers in that time.
//
// The key is who the caller is, as something in front has verified: a client
// certificate, a token's subject, an address behind a proxy that is trusted
// (of IPv6 the first 64 bits). Not a header that the caller fills in as it likes.
//
// Put it outside of what makes statuses of errors, and inside of what knows who
// the caller is. It limits each server by itself: n of them let through n times
// as much.
//
// # What finds it
//
// A test that makes up names and counts buckets; the call that waits is a hang
// where nothing else ends it. In virtual time it is only a call that took long,
// so that a test there must look at the clock.
package ratelimit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Config is what a [Limiter] is made of.
type Config struct {
	// Rate is how many calls a second each caller may make in the long run, and
	// Burst how many at once.
	Rate  rate.Limit
	Burst int
	// Keys is how many callers are told apart at the same time. One costs some
	// 200 bytes and its key.
	Keys int
	// Key returns who makes a call.
	Key func(context.Context) string
}

// A Limiter may be used concurrently.
type Limiter struct {
	Config

	mu      sync.Mutex
	callers *simplelru.LRU[string, *rate.Limiter] // the oldest is who has not called for longest
	strange *rate.Limiter                         // of all who find no place
}

// New returns a limiter that knows nobody yet.
func New(c Config) (*Limiter, error) {
	if c.Rate <= 0 || c.Burst < 1 {
		return nil, fmt.Errorf("ratelimit: %v calls a second, %d at once: "+
			"expected more than none, and one or more", c.Rate, c.Burst)
	}
	if c.Keys < 1 || c.Key == nil {
		return nil, fmt.Errorf("ratelimit: %d keys by a function that is nil: %t: "+
			"expected one or more, and a function", c.Keys, c.Key == nil)
	}
	callers, err := simplelru.NewLRU[string, *rate.Limiter](c.Keys, nil)
	if err != nil {
		return nil, fmt.Errorf("ratelimit: %w", err)
	}
	return &Limiter{Config: c, callers: callers, strange: rate.NewLimiter(c.Rate, c.Burst)}, nil
}

// take takes a token for a call. Its error is a [Refused].
func (l *Limiter) take(ctx context.Context) error {
	key := l.Key(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	bucket := l.bucket(key, now)
	if bucket.AllowN(now, 1) {
		return nil
	}
	// Not by Reserve: even a reservation that is cancelled makes others wait.
	missing := (1 - bucket.TokensAt(now)) / float64(l.Rate)
	wait := time.Duration(missing * float64(time.Second))
	return Refused{After: wait.Truncate(time.Millisecond) + time.Millisecond}
}

// bucket returns the one of a caller. Its cost does not grow with the callers.
func (l *Limiter) bucket(key string, now time.Time) *rate.Limiter {
	if known, ok := l.callers.Get(key); ok {
		return known
	}
	if l.callers.Len() >= l.Keys {
		if _, oldest, ok := l.callers.GetOldest(); ok && oldest.TokensAt(now) < float64(l.Burst) {
			return l.strange
		}
	}
	b := rate.NewLimiter(l.Rate, l.Burst)
	l.callers.Add(key, b) // in place of the oldest
	return b
}

// Refused is the error of a call that was one too many. It is
// RESOURCE_EXHAUSTED.
type Refused struct { //nolint:errname // says what happened
	// After is how long the caller should wait, in whole milliseconds.
	After time.Duration
}

func (e Refused) Error() string { return fmt.Sprintf("too many calls: come back in %v", e.After) }

func (e Refused) info() *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(e.After)}
}

// GRPCStatus tells grpc-go what this error is.
func (e Refused) GRPCStatus() *status.Status {
	s := status.New(codes.ResourceExhausted, e.Error())
	if told, err := s.WithDetails(e.info()); err == nil {
		return told
	}
	return s
}
