package broadcast

import "sync"

// Latest is a value that many may watch. A slow watcher may miss values in
// between, but never the newest; nobody waits for it, and it need not
// say that it leaves. The zero value holds the zero T and is ready.
//
//	for {
//		config, changed := latest.Get()
//		apply(config)
//		select {
//		case <-changed:
//		case <-ctx.Done():
//			return context.Cause(ctx)
//		}
//	}
type Latest[T any] struct {
	mu      sync.Mutex
	value   T
	changed chan struct{}
}

// Get returns the value and a channel that is closed by the next Set.
func (l *Latest[T]) Get() (value T, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.value, l.changed
}

// Set replaces the value and wakes all who watch it.
func (l *Latest[T]) Set(v T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.value = v
	if l.changed != nil {
		close(l.changed)
		l.changed = nil // made by the next Get: without a watcher, none is
	}
}
