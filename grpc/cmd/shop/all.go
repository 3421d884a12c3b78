package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/goguide/grpc/shop/load"
)

// all runs the whole shop until ctx ends, and leaves no process behind, and no
// file if it has made the folder.
func (c config) all(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if c.data == "" {
		if c.data, err = os.MkdirTemp("", "shop-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.data)) }()
	}
	path := filepath.Join(c.data, "log.jsonl")
	logs, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logs.Close()) }()
	c.delay = 300 * time.Millisecond // the proxy has moved on by then
	s, err := newSystem(ctx, c, logs)
	defer func() { err = errors.Join(err, s.close()) }()
	if err != nil {
		b, _ := os.ReadFile(path) // it says why, if it says anything
		_, _ = stderr.Write(b)
		return err
	}
	d, err := newDemo(ctx, s)
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.page)
	if err != nil {
		return err
	}
	page := &http.Server{Handler: d.page(), ReadHeaderTimeout: 5 * time.Second}
	var runs sync.WaitGroup
	runs.Go(func() { d.run(ctx) })
	runs.Go(func() {
		<-ctx.Done()
		_ = page.Close() // nobody needs a last answer of it
	})
	fmt.Fprintf(stdout, "gateway %s\nstatus  http://%s/\n", s.url("gateway"), l.Addr())
	err = page.Serve(l)
	runs.Wait()
	d.client.Close()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// buyers is how many users the load has.
const buyers = 8

// A demo is a shop under load that is broken on request.
type demo struct {
	*system

	client *load.Client
	ledger load.Ledger
	users  []string

	work    sync.WaitGroup // of accidents
	crowded bool

	mu      sync.Mutex
	paused  context.CancelFunc // of the load that runs
	running map[string]bool    // accidents
	state   state
}

func newDemo(ctx context.Context, s *system) (*demo, error) {
	d := &demo{
		system: s, client: load.NewClient(s.url("gateway")),
		running: make(map[string]bool), paused: func() {},
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for range buyers {
		id, err := d.client.NewUser(ctx)
		if err != nil {
			return nil, err
		}
		d.users = append(d.users, id)
	}
	return d, nil
}

// run loads the shop and watches it until ctx ends.
func (d *demo) run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { d.watch(ctx) })
	for ctx.Err() == nil {
		loaded, pause := context.WithCancel(ctx)
		d.mu.Lock()
		d.paused = pause
		d.mu.Unlock()
		d.under(loaded, d.load)
		pause()
		d.mu.Lock()
		check := d.state.Checking
		d.mu.Unlock()
		if check && ctx.Err() == nil {
			d.check(ctx)
		}
	}
	both.Wait()
	d.work.Wait()
}

// under runs a load until ctx ends.
func (d *demo) under(ctx context.Context, rate float64) {
	(&load.Load{
		Client: d.client, Ledger: &d.ledger, Users: d.users, Rate: rate, AtOnce: 1000,
	}).Run(ctx)
}

// check reads back all that was acknowledged, while there is no load.
func (d *demo) check(ctx context.Context) {
	acked, unknown := d.ledger.Counts()
	ctx, cancel := context.WithTimeout(ctx, d.readTime(acked+unknown))
	defer cancel()
	start := time.Now()
	err := d.ledger.Settle(ctx, d.client)
	if err == nil {
		err = d.ledger.Check(ctx, d.client)
	}
	acked, _ = d.ledger.Counts()
	text := fmt.Sprintf("all %d acknowledged orders read back in %v: none lost, none doubled",
		acked, time.Since(start).Round(time.Millisecond))
	if err != nil {
		text = err.Error()
	}
	d.event(text)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Checking, d.state.Checked = false, text
}

// readTime is how long so many orders may take to be read back: two calls each,
// through a gateway that takes no more than its rate, and a machine that is busy.
func (c config) readTime(orders int) time.Duration {
	return time.Minute + time.Duration(6*float64(orders)/max(c.rate, 1)*float64(time.Second))
}

// crowd is how many users there are for a list that is worth not reading.
const crowd = 200

// populate makes a crowd, if there is none. Only one accident does so.
func (d *demo) populate(ctx context.Context) error {
	if d.crowded {
		return nil
	}
	if err := populate(ctx, d.client); err != nil {
		return err
	}
	d.crowded = true
	return nil
}

func populate(ctx context.Context, c *load.Client) error {
	var g errgroup.Group
	g.SetLimit(4)
	for range crowd {
		g.Go(func() error {
			_, err := c.NewUser(ctx)
			return err
		})
	}
	return g.Wait()
}
