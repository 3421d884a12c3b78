// Package search finds entries in logs.
//
// # What people see
//
// The first page of a search shows the first ten entries that match. That is
// there at once. After some hundred searches the service says "too many open
// files", and nobody can log in. Reading each log to its end, in order to close
// it, was tried: a log has forty million lines, and new ones come all day.
//
// # Your task
//
// When First returns, its goroutines have ended, and the log is closed; and it
// has read no further than it had to. First may return early, the log may end,
// or fail, and ctx may end.
package search

import (
	"context"
	"errors"
	"io"
	"strings"
)

// A Log is read line by line.
type Log interface {
	// Next waits for the next line, until ctx ends. It returns io.EOF after the
	// last.
	Next(ctx context.Context) (string, error)
	Close()
}

// An Entry is a line such as "ERROR disk full".
type Entry struct{ Level, Text string }

// First returns the first n entries of a log that match, in order, and closes
// the log. If there are fewer, it returns those with the error of the log, if
// it failed, or that of ctx, if it has ended.
func First(ctx context.Context, log Log, n int, match func(Entry) bool) ([]Entry, error) {
	var err error
	var found []Entry
	for e := range filter(decode(read(ctx, log, &err)), match) {
		if found = append(found, e); len(found) == n {
			return found, nil
		}
	}
	return found, err
}

// read sends the lines of a log, and closes it.
func read(ctx context.Context, log Log, failed *error) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		defer log.Close()
		for {
			line, err := log.Next(ctx)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					*failed = err
				}
				return
			}
			out <- line
		}
	}()
	return out
}

// decode sends the entries of lines, and leaves out what is none.
func decode(in <-chan string) <-chan Entry {
	out := make(chan Entry)
	go func() {
		defer close(out)
		for line := range in {
			if level, text, ok := strings.Cut(line, " "); ok {
				out <- Entry{level, text}
			}
		}
	}()
	return out
}

// filter sends the entries that match.
func filter(in <-chan Entry, match func(Entry) bool) <-chan Entry {
	out := make(chan Entry)
	go func() {
		defer close(out)
		for e := range in {
			if match(e) {
				out <- e
			}
		}
	}()
	return out
}
