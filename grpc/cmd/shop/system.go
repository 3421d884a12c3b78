package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/goguide/grpc/shop/fault"
	"example.com/goguide/grpc/shop/identity"
	"example.com/goguide/grpc/shop/node"
)

// names are the services: each calls those before it.
var names = []string{"users", "orders", "gateway"}

// A system is all services, each behind a proxy, at whose address the others
// find it whatever process it is. It starts again what dies, as an orchestrator
// does.
type system struct {
	config

	stderr   io.Writer
	services map[string]*service
	signs    *identity.Authority // nil without -mtls
	ctx      context.Context     //nolint:containedctx // of the processes, which close ends
	cancel   context.CancelFunc
	watches  sync.WaitGroup
}

type service struct {
	name  string
	proxy *fault.Proxy

	mu   sync.Mutex
	now  *process      // nil while there is none
	down time.Duration // after which it is started again
}

// newSystem starts all services. Close it, even if it fails.
func newSystem(ctx context.Context, c config, stderr io.Writer) (*system, error) {
	if c.token == "" {
		c.token = rand.Text()
	}
	s := &system{config: c, stderr: &locked{w: stderr}, services: make(map[string]*service)}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, name := range names {
		p, err := fault.Listen(ctx)
		if err != nil {
			return s, err
		}
		s.services[name] = &service{name: name, proxy: p}
	}
	if c.mtls {
		var err error
		if s.signs, err = identity.NewAuthority(valid); err != nil {
			return s, err
		}
		if err := os.MkdirAll(s.keys(), 0o700); err != nil {
			return s, err
		}
	}
	var g errgroup.Group // none needs another to start
	for _, v := range s.services {
		g.Go(func() error { return s.start(ctx, v) })
	}
	return s, g.Wait()
}

// valid is how long the certificates of a run are: longer than it.
const valid = 30 * 24 * time.Hour

// keys is the folder of certificates and keys. It is gone when the run is over.
func (s *system) keys() string { return filepath.Join(s.data, "tls") }

// url returns where a service is. Strangers call the gateway without TLS.
func (s *system) url(name string) string {
	scheme := "http://"
	if s.signs != nil && name != "gateway" {
		scheme = "https://"
	}
	return scheme + s.services[name].proxy.Addr()
}

// start starts a process of a service, waits until it serves, and sends to it
// what comes from now on.
func (s *system) start(ctx context.Context, v *service) error {
	p, err := s.spawn(ctx, v.name)
	if err != nil {
		return fmt.Errorf("starting %s: %w", v.name, err)
	}
	v.mu.Lock()
	v.now = p
	v.mu.Unlock()
	v.proxy.Target(p.Public)
	s.watches.Go(func() { s.watch(v, p) })
	return nil
}

// watch starts a service again when its process has died.
func (s *system) watch(v *service, p *process) {
	<-p.ended
	v.mu.Lock()
	current, down := v.now == p, v.down
	if current {
		v.now = nil
		v.proxy.Target("")
	}
	v.mu.Unlock()
	for current && wait(s.ctx, down) {
		if err := s.start(s.ctx, v); err == nil {
			return
		}
		down = 100 * time.Millisecond
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// errDown is the error of what needs a process where there is none.
var errDown = errors.New("the service is down")

func (v *service) process() (*process, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.now == nil {
		return nil, fmt.Errorf("%s: %w", v.name, errDown)
	}
	return v.now, nil
}

// kill kills a service, which is started again after a time.
func (s *system) kill(name string, down time.Duration) error {
	v := s.services[name]
	p, err := v.process()
	if err != nil {
		return err
	}
	v.mu.Lock()
	v.down = down
	v.mu.Unlock()
	return p.kill()
}

// roll starts a second process of a service, and then ends the first.
func (s *system) roll(ctx context.Context, name string) error {
	v := s.services[name]
	old, err := v.process()
	if err != nil {
		return err
	}
	if err := s.start(ctx, v); err != nil {
		return err
	}
	return old.term()
}

// faults sets what a service does wrong, as node's private port takes it.
func (s *system) faults(ctx context.Context, name string, what url.Values) error {
	p, err := s.services[name].process()
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost,
		"http://"+p.Admin+"/faults?"+what.Encode(), http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s: faults: %s", name, res.Status)
	}
	return nil
}

// status asks a service about itself.
func (s *system) status(ctx context.Context, name string) (st node.Status, err error) {
	p, err := s.services[name].process()
	if err != nil {
		return st, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Admin+"/status", http.NoBody)
	if err != nil {
		return st, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return st, err
	}
	defer func() { _ = res.Body.Close() }()
	return st, json.NewDecoder(res.Body).Decode(&st)
}

// close ends all processes in order, those first that others do not need.
func (s *system) close() error {
	s.cancel()
	var err error
	for i := range names {
		v, ok := s.services[names[len(names)-1-i]]
		if !ok {
			continue
		}
		if p, perr := v.process(); perr == nil {
			if terr := p.term(); terr != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", v.name, terr))
			}
		}
	}
	s.watches.Wait()
	for _, v := range s.services {
		if p, perr := v.process(); perr == nil { // started while this ended
			err = errors.Join(err, p.kill())
		}
		err = errors.Join(err, v.proxy.Close())
	}
	http.DefaultClient.CloseIdleConnections()
	if s.signs != nil {
		err = errors.Join(err, os.RemoveAll(s.keys()))
	}
	return err
}

// locked is a writer for several processes.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
