// What has been loaded is put in place, also when the source has failed: half
// of it.
//
// FAILS: The source failed at the last value
package config

import (
	"fmt"
	"maps"
	"sync/atomic"
)

// A Config is values by key. Whoever has one may read it for ever, and must not
// change it.
type Config map[string]string

// A Store holds the current configuration. It may be used by many goroutines.
type Store struct {
	current atomic.Pointer[Config] // what it points to never changes
}

// NewStore returns a store with a first configuration.
func NewStore(first Config) *Store {
	s := &Store{}
	s.current.Store(&first)
	return s
}

// Current returns the current configuration. It waits for nobody.
func (s *Store) Current() Config { return *s.current.Load() }

// Reload gets the values of keys from a source, which takes its time, and makes
// these, and no others, the configuration. If the source fails, it stays as it
// is. No two Reloads are called at a time.
func (s *Store) Reload(keys []string, source func(key string) (string, error)) error {
	next := Config{}
	for _, key := range keys {
		value, err := source(key)
		if err != nil {
			s.current.Store(&next)
			return fmt.Errorf("reloading %s: %w", key, err)
		}
		next[key] = value
	}
	s.current.Store(&next)
	return nil
}

// Set changes one value to what change makes of it. change may be called more
// than once. No change of another Set is lost.
func (s *Store) Set(key string, change func(old string) string) {
	for {
		old := s.current.Load()
		next := maps.Clone(*old)
		next[key] = change(next[key])
		if s.current.CompareAndSwap(old, &next) {
			return
		}
	}
}
