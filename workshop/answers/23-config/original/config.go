// Package config holds what a service is configured with.
//
// # What people see
//
// When the database is moved, its host and its password change. For a second
// after that, the service logs in at the new host, with the old password. Three
// times that locks the account. Once the source of the configuration failed in
// the middle, and it stayed that way until the morning. And at times the
// service dies of "concurrent map iteration and map write".
//
// # Your task
//
// A reader sees one version, whole, and never waits for a source, which is
// slow. Whoever keeps a version finds it as it was.
package config

import (
	"fmt"
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
