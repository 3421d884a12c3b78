package ratelimit

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/time/rate"
	"google.golang.org/grpc"
)

// PerKey has a limiter for each key. Compare [Limiter].
type PerKey struct {
	rate  rate.Limit
	burst int

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

// Allow reports whether the caller may go on. Compare [Limiter].
func (p *PerKey) Allow(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.limiters[key]
	if !ok {
		l = rate.NewLimiter(p.rate, p.burst)
		// BUG(test): PerKey.Allow keeps the limiter of each key that ever was:
		// who makes up keys is never refused, and fills the memory.
		p.limiters[key] = l
	}
	return l.Allow()
}

// Waits lets through as many calls as l allows. Compare [Limiter.GRPC].
func Waits(l *rate.Limiter) grpc.UnaryServerInterceptor {
	return func(
		ctx context.Context,
		req any,
		_ *grpc.UnaryServerInfo,
		next grpc.UnaryHandler,
	) (any, error) {
		// BUG(hang): Waits keeps what is too much in a queue without an end: a
		// goroutine and a message each, until it is their turn.
		if err := l.Wait(ctx); err != nil {
			return nil, fmt.Errorf("waiting: %w", err)
		}
		return next(ctx, req)
	}
}
