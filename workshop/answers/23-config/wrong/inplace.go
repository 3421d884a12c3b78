// All values are there, and go into the old map: into the hands of whoever has
// it.
//
// FAILS: A reader got version 1, and kept it
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
	return s.values
}

// Reload gets the values of keys from a source, which takes its time, and makes
// these, and no others, the configuration. If the source fails, it stays as it
// is. No two Reloads are called at a time.
func (s *Store) Reload(keys []string, source func(key string) (string, error)) error {
	next := Config{}
	for _, key := range keys {
		value, err := source(key)
		if err != nil {
			return fmt.Errorf("reloading %s: %w", key, err)
		}
		next[key] = value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.values)
	maps.Copy(s.values, next)
	return nil
}

// Set changes one value to what change makes of it. change may be called more
// than once. No change of another Set is lost.
func (s *Store) Set(key string, change func(old string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = change(s.values[key])
}
