package firstarg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

type options struct {
	// BUG(containedctx): options keeps a ctx that is nobody's if it is not set.
	ctx    context.Context
	accept string
}

// An Option is one of [FetchOptions].
type Option func(*options)

// withContext is the option that a caller must not forget.
func withContext(ctx context.Context) Option {
	return func(o *options) { o.ctx = ctx }
}

// FetchOptions returns the page at url, cut at 1 MiB. Compare [Fetch].
func FetchOptions(
	client *http.Client,
	url string,
	opts ...Option,
) (page string, err error) {
	// BUG(deadlock, hang, leakprofile, synctest): FetchOptions has ctx as an
	// option: a call without it compiles, and outlives what it is for.
	o := options{ctx: context.Background(), accept: "text/html"}
	for _, set := range opts {
		set(&o)
	}
	req, err := http.NewRequestWithContext(o.ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	req.Header.Set("Accept", o.accept)
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

// An OldStore was written before anybody had to cancel a load.
type OldStore interface {
	Load(id string) (string, error)
}

// A ContextStore is an OldStore that has learned it since.
type ContextStore interface {
	LoadContext(ctx context.Context, id string) (string, error)
}

// LoadOld loads with ctx where the store can. Compare [Store].
func LoadOld(ctx context.Context, s OldStore, id string) (string, error) {
	if c, ok := s.(ContextStore); ok {
		return c.LoadContext(ctx, id)
	}
	// BUG(deadlock, hang, leakprofile, synctest): LoadOld drops ctx without a
	// word for each wrapper that knows the old method only.
	return s.Load(id)
}

// An AnyCache keeps all that Load has returned. Compare [Cache].
type AnyCache struct {
	Load func(key string) string

	mu    sync.Mutex
	pages map[string]string
}

// Get returns the page under the key that the parts make.
func (c *AnyCache) Get(parts ...any) string {
	// BUG(test): AnyCache.Get makes a ctx, which a caller passes by habit, a
	// part of the key: each request has its own, and none is found again.
	key := fmt.Sprintln(parts...)
	c.mu.Lock()
	defer c.mu.Unlock()
	page, ok := c.pages[key]
	if !ok {
		page = c.Load(key)
		if c.pages == nil {
			c.pages = make(map[string]string)
		}
		c.pages[key] = page
	}
	return page
}
