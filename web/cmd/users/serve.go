package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/trace"

	"example.com/goguide/web/api"
	"example.com/goguide/web/server"
)

// atTheEnd is how long closing the database may take, and sending the spans.
const atTheEnd = 5 * time.Second

// serve serves until ctx ends, and drains. See the package comment for the
// order. It returns nil if every request was answered.
func (c *config) serve(ctx context.Context, stdout, stderr io.Writer, tune func(*http.Server)) (err error) {
	log := slog.New(traced{slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: c.level})})
	public, admin, err := c.ports(ctx)
	if err != nil {
		return err
	}
	defer closed(public, admin)
	provider, err := c.tracing(ctx, stdout, log)
	if err != nil {
		return err
	}
	defer func() { //nolint:contextcheck // ctx has ended by then
		if err := within("sending the spans", provider.Shutdown); err != nil {
			log.Warn("tracing", "error", err) // nobody's request is lost by it
		}
	}()
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { //nolint:contextcheck // likewise
		err = errors.Join(err, within("closing the database", func(context.Context) error { return db.Close() }))
	}()
	s, private, err := c.servers(db, provider, log, ctx.Done())
	if err != nil {
		return err
	}
	if tune != nil {
		tune(s.HTTP)
	}
	fmt.Fprintf(stdout, "users  http://%s/\nadmin  http://%s/\ndata   %s\n", reached(public), reached(admin), db.at)
	log.Info("serving", "listen", public.Addr().String(), "admin", admin.Addr().String(), "data", db.at)
	defer context.AfterFunc(ctx, func() {
		log.Info("draining: another signal ends it at once", "cause", context.Cause(ctx), "delay", c.delay)
	})()
	return both(ctx, s, public, private, admin)
}

// servers returns what serves the two ports.
func (c *config) servers(
	db *database,
	provider trace.TracerProvider,
	log *slog.Logger,
	draining <-chan struct{},
) (*server.Server, *http.Server, error) {
	metrics, err := metricsOf(db)
	if err != nil {
		return nil, nil, err
	}
	a := api.Config{Users: db, Limiter: api.NewLimiter(c.rate, c.burst), Metrics: metrics, Log: log}
	users, probes, err := c.routes(a, provider, draining)
	if err != nil {
		return nil, nil, err
	}
	s := &server.Server{HTTP: server.New(users), Delay: c.delay, Timeout: c.drain}
	private := server.New(probes)
	private.WriteTimeout = 5 * time.Minute // for a profile of some
	for _, h := range []*http.Server{s.HTTP, private} {
		h.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	}
	return s, private, nil
}

// both serves both ports until ctx ends, or one of them fails.
func both(ctx context.Context, s *server.Server, public net.Listener, private *http.Server, admin net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := make(chan error, 1)
	go func() {
		err := private.Serve(admin)
		cancel()
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		watched <- err
	}()
	err := s.Serve(ctx, public)
	return errors.Join(err, private.Close(), <-watched)
}

// ports takes both ports, or none.
func (c *config) ports(ctx context.Context) (public, admin net.Listener, err error) {
	if public, err = listen(ctx, "listen", c.listen); err != nil {
		return nil, nil, err
	}
	if admin, err = listen(ctx, "admin", c.admin); err != nil {
		closed(public)
		return nil, nil, err
	}
	return public, admin, nil
}

func listen(ctx context.Context, name, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("-%s: %w: choose another address, or port 0 for any that is free", name, err)
	}
	return l, nil
}

// closed closes listeners, which those that have served are already.
func closed(ls ...net.Listener) {
	for _, l := range ls {
		_ = l.Close()
	}
}

// reached returns an address under which this machine reaches l.
func reached(l net.Listener) string {
	a, ok := l.Addr().(*net.TCPAddr)
	if ok && a.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", a.Port)
	}
	return l.Addr().String()
}

// metricsOf returns the metrics of requests, of the pools and of the process.
func metricsOf(db *database) (*api.Metrics, error) {
	m := api.NewMetrics()
	return m, errors.Join(
		m.Register(collector{db.pools}),
		m.Register(collectors.NewGoCollector()),
		m.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
}

// within calls f, and gives up when it takes too long: a handler that was cut
// off may hold a connection.
func within(what string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), atTheEnd)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
