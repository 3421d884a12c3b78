// The caller's ctx lives on when First returns: it is the one of the server, or
// that of a test.
//
// FAILS: goroutines of the test wait for each other
package search

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
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
	p := &pipeline{ctx: ctx}
	var found []Entry
	for e := range p.filter(p.decode(p.read(log)), match) {
		if found = append(found, e); len(found) == n {
			break
		}
	}
	p.running.Wait()
	switch {
	case len(found) == n:
		return found, nil
	case p.err != nil:
		return found, p.err
	default:
		return found, ctx.Err()
	}
}

// A pipeline is stages that end with ctx.
type pipeline struct {
	ctx     context.Context
	running sync.WaitGroup
	err     error // of the log; to be read when none is running
}

// send returns false if nobody wants v any more.
func send[T any](ctx context.Context, out chan<- T, v T) bool {
	select {
	case out <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

// read sends the lines of a log, and closes it.
func (p *pipeline) read(log Log) <-chan string {
	out := make(chan string)
	p.running.Go(func() {
		defer close(out)
		defer log.Close()
		for {
			line, err := log.Next(p.ctx)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					p.err = err
				}
				return
			}
			if !send(p.ctx, out, line) {
				return
			}
		}
	})
	return out
}

// decode sends the entries of lines, and leaves out what is none.
func (p *pipeline) decode(in <-chan string) <-chan Entry {
	out := make(chan Entry)
	p.running.Go(func() {
		defer close(out)
		for line := range in {
			level, text, ok := strings.Cut(line, " ")
			if ok && !send(p.ctx, out, Entry{level, text}) {
				return
			}
		}
	})
	return out
}

// filter sends the entries that match.
func (p *pipeline) filter(in <-chan Entry, match func(Entry) bool) <-chan Entry {
	out := make(chan Entry)
	p.running.Go(func() {
		defer close(out)
		for e := range in {
			if match(e) && !send(p.ctx, out, e) {
				return
			}
		}
	})
	return out
}
