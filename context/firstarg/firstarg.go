// Package firstarg shows what becomes of a ctx that is not the first
// parameter: an option that is forgotten, a second method that a wrapper
// hides, one more part of a cache's key. It belongs to part 4.3 of the guide,
// rule 1: ctx is always the first argument.
//
// The compiler does not care where a ctx stands, nor does it care whether one
// is there. What the first place gives is that a ctx cannot be left out:
//
//	handler                              other server
//	FetchOptions(client, url)
//	// compiles: ctx is an option,
//	// without it context.Background()
//	                                     begins to work
//	its client leaves, r.Context() ends
//	// FetchOptions has not heard
//	waits                                works on
//
// # What to write
//
// A function that may block, or that calls one, has ctx as its first
// parameter from its first version on, even if it does nothing with it yet
// ([Fetch]). Options are for what has a good default; ctx has none.
//
// The same holds for the methods of an interface ([Store]). To add ctx later
// takes a second method beside the first, as the standard library knows:
// Query and QueryContext, Dial and DialContext, Info and InfoContext. From then
// on each caller and each wrapper must choose, and the old one still compiles.
//
// A function with a ...any takes whatever it is given. With ctx as a parameter
// of its own before it ([Cache.Get]), what callers are used to write is right.
//
// A function that computes, and neither waits nor calls what waits, needs no
// ctx. Nor does it need one to log: then ctx is first as well.
//
// # What finds it
//
// The linter revive (context-as-argument) finds a ctx that stands behind
// another parameter, and containedctx finds the struct in which an option keeps
// it. None of them finds the ctx that is not there: for them the call is
// complete. A test must let the caller leave.
package firstarg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

// A FetchOption changes how Fetch asks.
type FetchOption func(*http.Request)

// Accept sets the header of that name.
func Accept(mediaType string) FetchOption {
	return func(r *http.Request) { r.Header.Set("Accept", mediaType) }
}

// maxPage bounds what Fetch reads, in bytes.
const maxPage = 1 << 20

// Fetch returns the page at url, cut at 1 MiB. It ends with ctx.
func Fetch(
	ctx context.Context,
	client *http.Client,
	url string,
	opts ...FetchOption,
) (page string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	for _, set := range opts {
		set(req)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", url, err)
	}
	return string(text), nil
}

// A Store loads articles. Whoever wraps one cannot help but pass ctx on.
type Store interface {
	Load(ctx context.Context, id string) (string, error)
}

// A Logged store logs what is loaded. Both fields must be set.
type Logged struct {
	Store Store
	Log   *slog.Logger
}

// Load implements Store.
func (l Logged) Load(ctx context.Context, id string) (string, error) {
	l.Log.InfoContext(ctx, "load", "id", id)
	return l.Store.Load(ctx, id)
}

// A Cache keeps all that Load has returned without an error. It may be used
// by many goroutines at once; two that miss the same key both load.
type Cache struct {
	Load func(ctx context.Context, key string) (string, error)

	mu    sync.Mutex
	pages map[string]string
}

// Get returns the page under the key that the parts make.
func (c *Cache) Get(ctx context.Context, parts ...any) (string, error) {
	key := fmt.Sprintln(parts...) // unlike Sprint, with a space between all
	c.mu.Lock()
	page, ok := c.pages[key]
	c.mu.Unlock()
	if ok {
		return page, nil
	}
	page, err := c.Load(ctx, key)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages == nil {
		c.pages = make(map[string]string)
	}
	c.pages[key] = page
	return page, nil
}
