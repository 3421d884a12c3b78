package cache

import (
	"context"
	"sync"
	"time"
)

// Pages are rendered again when they are older than TTL. Compare [Flight].
type Pages struct {
	TTL    time.Duration
	Render func(ctx context.Context, path string) (string, error)
	Now    func() time.Time

	mu    sync.RWMutex
	pages map[string]page
}

type page struct {
	html     string
	rendered time.Time
}

// Get returns the page of a path.
func (p *Pages) Get(ctx context.Context, path string) (string, error) {
	p.mu.RLock()
	kept, ok := p.pages[path]
	p.mu.RUnlock()
	if ok && p.Now().Sub(kept.rendered) < p.TTL {
		return kept.html, nil
	}
	// BUG(test): Pages.Get lets everybody render who comes while the first one
	// does: when a popular page expires, each request renders it.
	html, err := p.Render(ctx, path)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pages == nil {
		p.pages = make(map[string]page)
	}
	p.pages[path] = page{html, p.Now()}
	return html, nil
}

// Tenants keeps the settings of each tenant. Compare [Mutex].
type Tenants struct {
	Read func(ctx context.Context, tenant string) (string, error)

	mu       sync.Mutex
	settings map[string]string
}

// Settings returns those of a tenant.
func (t *Tenants) Settings(ctx context.Context, tenant string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if settings, ok := t.settings[tenant]; ok {
		return settings, nil
	}
	// BUG(deadlock, hang, leakprofile): Tenants.Settings reads under the
	// lock: while one tenant's settings are slow, nobody gets those that are
	// there already.
	settings, err := t.Read(ctx, tenant)
	if err != nil {
		return "", err
	}
	if t.settings == nil {
		t.settings = make(map[string]string)
	}
	t.settings[tenant] = settings
	return settings, nil
}

// Keys are the public keys of issuers of tokens. Compare [Cache].
type Keys struct {
	Fetch func(ctx context.Context, issuer string) (string, error)

	keys sync.Map // of string to func() (string, error)
}

// Of returns the key of an issuer.
func (k *Keys) Of(ctx context.Context, issuer string) (string, error) {
	// BUG(test): Keys.Of keeps what OnceValues returns, an error too: one
	// request that is cancelled, and the issuer's tokens are refused for good.
	once, _ := k.keys.LoadOrStore(issuer, sync.OnceValues(
		func() (string, error) { return k.Fetch(ctx, issuer) }))
	get, _ := once.(func() (string, error))
	return get()
}
