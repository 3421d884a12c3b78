package release

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const (
	delay = 10 * time.Second
	limit = 30 * time.Second
	soon  = 2 * time.Second // what Serve may take in addition
)

var (
	errRefused = errors.New("connection refused")
	errBroken  = errors.New("the listener is broken")
)

// A network is in memory. It is a listener.
type network struct {
	conns  chan net.Conn
	broken chan error
	closed chan struct{}
	once   sync.Once
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case err := <-n.broken:
		return nil, err
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *network) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// get asks on a connection of its own, and returns the status.
func (n *network) get(path string) (int, error) {
	client, server := net.Pipe()
	defer client.Close()
	select {
	case n.conns <- server:
	case <-n.closed:
		return 0, errRefused
	}
	if _, err := fmt.Fprintf(client, "GET %s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n", path); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// A shop is a service that is told to end.
type shop struct {
	*network

	service  *Service
	handlers *http.ServeMux
	end      context.CancelFunc
	err      error
	returned atomic.Bool
	after    time.Duration // it returned, since the end
}

// run runs f beside a service, in a bubble. f ends it, or not.
func run(t *testing.T, f func(t *testing.T, s *shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &shop{
			network:  &network{conns: make(chan net.Conn), broken: make(chan error), closed: make(chan struct{})},
			service:  &Service{Delay: delay, Limit: limit},
			handlers: http.NewServeMux(),
		}
		s.handlers.HandleFunc("/ready", s.service.Ready)
		s.handlers.HandleFunc("/page", func(http.ResponseWriter, *http.Request) {})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var ended time.Time
		s.end = func() {
			ended = time.Now()
			cancel()
		}
		go func() {
			s.err = s.service.Serve(ctx, s.network, s.handlers)
			s.after = time.Since(ended)
			s.returned.Store(true)
		}()
		synctest.Wait()
		f(t, s)
		s.network.Close()
		cancel()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
	})
}

// want wants an answer.
func (s *shop) want(t *testing.T, path string, code int, when string) {
	t.Helper()
	if got, err := s.get(path); got != code || err != nil {
		t.Errorf("%s, %s got the status %d and the error %v, not %d.", when, path, got, err, code)
	}
}

// drained wants Serve to have returned nil, a given time after the end.
func (s *shop) drained(t *testing.T, after time.Duration, what string) {
	t.Helper()
	switch {
	case !s.returned.Load():
		t.Errorf("%s, and %v after the end Serve has not returned.", what, after+soon)
	case s.after < after:
		t.Errorf("%s. Serve returned %v after the end, and not after %v: what was going on ended with the process.", what, s.after, after)
	case s.err != nil:
		t.Errorf("%s, all was done in time, and Serve returned the error %v.", what, s.err)
	}
}

// gaveUp wants Serve to have returned an error when the limit was over.
func (s *shop) gaveUp(t *testing.T, what string) {
	t.Helper()
	switch {
	case !s.returned.Load():
		t.Errorf("%s, and %v after the end Serve has not returned.", what, delay+limit+soon)
	case s.after < delay+limit:
		t.Errorf("%s. Serve returned %v after the end, before the limit was over.", what, s.after)
	case s.err == nil:
		t.Errorf("%s, did not end in time, and Serve returned no error.", what)
	}
}

func TestServe_servesUntilItIsToldToEnd(t *testing.T) {
	run(t, func(t *testing.T, s *shop) {
		time.Sleep(time.Hour)
		s.want(t, "/ready", http.StatusOK, "Before the end")
		s.want(t, "/page", http.StatusOK, "Before the end")
		if s.returned.Load() {
			t.Errorf("Nobody told the service to end, and Serve returned %v.", s.err)
		}
	})
}

func TestServe_isRedAndServes(t *testing.T) {
	run(t, func(t *testing.T, s *shop) {
		time.Sleep(time.Minute)
		s.end()
		for _, after := range []time.Duration{time.Second, delay - 2*time.Second} {
			time.Sleep(after)
			when := fmt.Sprintf("%v after the end, before the balancer has moved off", after)
			s.want(t, "/ready", http.StatusServiceUnavailable, when)
			s.want(t, "/page", http.StatusOK, when)
		}
		time.Sleep(2*soon + time.Second)
		if _, err := s.get("/page"); !errors.Is(err, errRefused) {
			t.Errorf("The delay is over, and a new connection got the error %v, not %v.", err, errRefused)
		}
		if !s.returned.Load() || s.err != nil {
			t.Errorf("The delay is over, nothing is going on, and Serve has not returned nil. Its error: %v.", s.err)
		}
	})
}

// A request of 25s begins before the end or in the delay; it is answered, and
// its ctx lives.
func TestServe_letsRequestsFinish(t *testing.T) {
	for name, begins := range map[string]time.Duration{
		"A request was accepted before the end": -5 * time.Second,
		"A request was accepted in the delay":   delay - time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *shop) {
				const takes = 25 * time.Second
				s.handlers.HandleFunc("/report", func(_ http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(takes):
					case <-r.Context().Done():
						t.Errorf("%s. Its ctx ended before it was answered.", name)
					}
				})
				time.AfterFunc(time.Minute+begins, func() { s.want(t, "/report", http.StatusOK, name) })
				time.Sleep(time.Minute)
				s.end()
				done := max(begins+takes, delay)
				time.Sleep(done + soon)
				s.drained(t, done, name)
			})
		})
	}
}

// A handler answers at once, and its mail takes 20s.
func TestServe_waitsForBackgroundWork(t *testing.T) {
	for name, c := range map[string]struct{ begins, takes time.Duration }{
		"A mail was on its way before the end":                        {-5 * time.Second, 0},
		"A mail was begun in the delay":                               {delay - time.Second, 0},
		"A mail was begun by a request that ended after the delay":    {-5 * time.Second, 25 * time.Second},
		"A mail was begun by the last request, accepted in the delay": {delay - time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *shop) {
				const takes = 15 * time.Second
				s.handlers.HandleFunc("/order", func(http.ResponseWriter, *http.Request) {
					time.Sleep(c.takes)
					s.service.Go(func(ctx context.Context) {
						select {
						case <-time.After(takes):
						case <-ctx.Done():
							t.Errorf("%s. Its ctx ended before it was sent.", name)
						}
					})
				})
				time.AfterFunc(time.Minute+c.begins, func() { s.want(t, "/order", http.StatusOK, name) })
				time.Sleep(time.Minute)
				s.end()
				done := max(c.begins+c.takes+takes, delay)
				time.Sleep(done + soon)
				s.drained(t, done, name)
			})
		})
	}
}

func TestServe_givesUp(t *testing.T) {
	for name, c := range map[string]struct{ background, deaf bool }{
		"A request that would take a day":                        {false, false},
		"A request that would take a day, deaf to its ctx":       {false, true},
		"Background work that would take a day":                  {true, false},
		"Background work that would take a day, deaf to its ctx": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *shop) {
				var told atomic.Bool
				work := func(ctx context.Context) {
					day := time.After(20 * time.Hour)
					if c.deaf {
						<-day
						return
					}
					select {
					case <-day:
					case <-ctx.Done():
						told.Store(true)
					}
				}
				s.handlers.HandleFunc("/order", func(_ http.ResponseWriter, r *http.Request) {
					if c.background {
						s.service.Go(work)
						return
					}
					work(r.Context())
				})
				go s.get("/order")
				time.Sleep(time.Minute)
				s.end()
				time.Sleep(delay + limit - time.Second)
				if told.Load() {
					t.Errorf("%s was told to stop before the limit was over.", name)
				}
				time.Sleep(time.Second + soon)
				if s.gaveUp(t, name); !c.deaf && !told.Load() {
					t.Errorf("%s: the limit is over, and its ctx has not ended.", name)
				}
			})
		})
	}
}

// One limit is for both: 25s of a request, and then 15s of a mail, are too long.
func TestServe_hasOneLimit(t *testing.T) {
	run(t, func(t *testing.T, s *shop) {
		s.handlers.HandleFunc("/order", func(http.ResponseWriter, *http.Request) {
			time.Sleep(delay + 25*time.Second)
			s.service.Go(func(ctx context.Context) {
				select {
				case <-time.After(15 * time.Second):
				case <-ctx.Done():
				}
			})
		})
		go s.get("/order")
		time.Sleep(time.Second)
		s.end()
		time.Sleep(delay + limit + soon)
		s.gaveUp(t, "A request of 24s after the delay, and 15s of mail after that")
	})
}

func TestServe_listenerFails(t *testing.T) {
	run(t, func(t *testing.T, s *shop) {
		time.Sleep(time.Minute)
		s.broken <- errBroken
		time.Sleep(soon)
		if !s.returned.Load() || !errors.Is(s.err, errBroken) {
			t.Errorf("The listener failed a while ago. Serve has returned: %v, with the error %v.", s.returned.Load(), s.err)
		}
	})
}
