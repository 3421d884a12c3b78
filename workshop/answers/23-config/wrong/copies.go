// A copy for each reader does not change any more, and is a copy of half a
// change.
//
// FAILS: of two versions
package config

import (
	"fmt"
	"maps"
	"sync"
)

// A Config is values by key. Whoever has one may read it for ever, and must not
// change it.
type Config map[string]string

// A Store holds the current configuration. It may be used by many goroutines.
type Store struct {
	mu     sync.RWMutex
	values Config
}

// NewStore returns a store with a first configuration.
func NewStore(first Config) *Store { return &Store{values: first} }

// Current returns the current configuration. It waits for nobody.
func (s *Store) Current() Config {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.values)
}

// Reload gets the values of keys from a source, which takes its time, and makes
// these, and no others, the configuration. If the source fails, it stays as it
// is. No two Reloads are called at a time.
func (s *Store) Reload(keys []string, source func(key string) (string, error)) error {
	for _, key := range keys {
		value, err := source(key)
		if err != nil {
			return fmt.Errorf("reloading %s: %w", key, err)
		}
		s.mu.Lock()
		s.values[key] = value
		s.mu.Unlock()
	}
	return nil
}

// Set changes one value to what change makes of it. change may be called more
// than once. No change of another Set is lost.
func (s *Store) Set(key string, change func(old string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = change(s.values[key])
}
