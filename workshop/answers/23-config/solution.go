// Package config holds what a service is configured with.
//
// A lock around each value keeps memory in order, and not what belongs
// together: a reader came between host and password. And Current gave away the
// map itself, which went on changing in the hands of whoever had it, out of any
// lock.
//
// No version changes any more. Reload fills a map that nobody else has, and the
// last step puts it into the place of the old one. If the source fails before
// that, nothing has happened. Set copies, changes the copy, and swaps it only
// for the version that it has copied: if another Set was faster, it begins
// anew. A mutex around Set alone would do as well, if Reload's step took it
// too.
//
// It costs a copy for each change, and nothing for a read; a configuration is
// read far more often than changed.
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
