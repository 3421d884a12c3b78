package leak

import "sync"

// Abandoned asks and leaves. Compare [Awaited] and [strings.Builder].
func Abandoned() {
	answer := make(chan int)
	go func() {
		// BUG(goleak, leakprofile): Abandoned's send blocks for ever, as
		// nobody receives.
		answer <- 42
	}()
}

// Cache caches.
type Cache struct{ mu sync.Mutex }

// Get keeps its lock.
func (c *Cache) Get() {
	c.mu.Lock() // BUG(hang, fatal?, errcheck, test): Cache.Get <keeps> its lock.
}
