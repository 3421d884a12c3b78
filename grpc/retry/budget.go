package retry

import (
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// A budget is gRFC A6's retry throttling.
type budget struct {
	mu                 sync.Mutex
	tokens, max, ratio float64
}

// spend takes a token for a failure, and reports whether it may be repeated.
func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = max(b.tokens-1, 0)
	return b.tokens > b.max/2
}

// earn gives back what a success is worth.
func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+b.ratio, b.max)
}

// pauses are full jitter above the least that the server asks for.
type pauses struct {
	backoff.ExponentialBackOff

	least time.Duration
}

// pauses returns those of one call: from 0 to Base, 2 Base, 4 Base and so on up
// to Max. The library draws from the interval less and plus a factor of it.
func (p *Policy) pauses() *pauses {
	return &pauses{ExponentialBackOff: backoff.ExponentialBackOff{
		InitialInterval:     p.Base / 2,
		MaxInterval:         p.Max / 2,
		Multiplier:          2,
		RandomizationFactor: 1,
	}}
}

// NextBackOff implements backoff.BackOff.
func (p *pauses) NextBackOff() time.Duration { return p.least + p.ExponentialBackOff.NextBackOff() }
