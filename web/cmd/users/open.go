package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"example.com/goguide/web/store"
	"example.com/goguide/web/store/postgres"
	"example.com/goguide/web/store/sqlite"
)

// A database is a store, where it is, and how its pools do.
type database struct {
	store.Store

	at    string
	pools func() []pool
}

// open opens the database, and brings its tables up to date.
func (c *config) open(ctx context.Context) (*database, error) {
	if c.dsn != "" {
		return c.postgres(ctx)
	}
	return c.sqlite(ctx)
}

func (c *config) postgres(ctx context.Context) (*database, error) {
	s, err := postgres.Open(ctx, c.dsn)
	if err != nil {
		return nil, fmt.Errorf("-dsn: %w: check that the server is up, and that this user may use the database", err)
	}
	return &database{s, where(c.dsn), func() []pool { return []pool{ofPostgres(s.Stat())} }}, nil
}

// where says which database a URL names, and no user and no password.
func where(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil { // which pgx could read nevertheless
		return "PostgreSQL"
	}
	return "PostgreSQL " + u.Host + u.Path
}

// connections is how many SQLite has: one writes, the others read.
const connections = 8

func (c *config) sqlite(ctx context.Context) (*database, error) {
	file := c.data
	if file == "" {
		var err error
		if file, err = place(); err != nil {
			return nil, err
		}
	}
	s, err := sqlite.Open(ctx, file, connections)
	if err != nil {
		return nil, fmt.Errorf("-data: %w: check that its folder exists and may be written, or name another file", err)
	}
	return &database{s, file, func() []pool {
		write, read := s.Stats()
		return []pool{ofSQL("write", write), ofSQL("read", read)}
	}}, nil
}

// place returns the file for who names none, and makes its folder. It is not in
// the working folder, which is often a repository, nor in the cache, which may
// be emptied.
func place() (string, error) {
	dir, err := dataDir()
	if err != nil {
		return "", fmt.Errorf("no folder for data (%w): set -data", err)
	}
	dir = filepath.Join(dir, "goguide")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("%w: set -data", err)
	}
	return filepath.Join(dir, "users.db"), nil
}

// dataDir returns the folder for the data of this user. Package os has those of
// configurations, which is the same one on Windows and macOS.
func dataDir() (string, error) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return os.UserConfigDir()
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = errors.New("the home folder is no absolute path")
	}
	return filepath.Join(home, ".local", "share"), err
}
