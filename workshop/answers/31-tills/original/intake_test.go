package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Each test is a bubble, in which minutes take no time, and its network is
// net.Pipe: a write ends when the other side has read it.

// soon is what a server may take in addition.
const soon = 2 * time.Second

// A service is a server of New's, and what it did.
type service struct {
	conns  chan net.Conn
	saved  [][]byte
	closed atomic.Int32 // connections
	rows   iter.Seq[string]
	ended  atomic.Bool // the rows
}

// run runs f beside a server, in a bubble. The report has n rows, one each
// pause.
func run(t *testing.T, n int, pause time.Duration, f func(t *testing.T, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &service{conns: make(chan net.Conn)}
		var over atomic.Bool
		server := New(func(order []byte) { s.saved = append(s.saved, order) }, func(yield func(string) bool) {
			defer s.ended.Store(true)
			for i := range n {
				time.Sleep(pause)
				if over.Load() || !yield(fmt.Sprint("row ", i)) {
					return
				}
			}
		})
		server.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				s.closed.Add(1)
			}
		}
		go server.Serve(s)
		f(t, s)
		over.Store(true)
		server.Close()
		time.Sleep(24 * time.Hour)
	})
}

func (s *service) Accept() (net.Conn, error) {
	if c, ok := <-s.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (s *service) Close() error {
	close(s.conns)
	return nil
}

func (s *service) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// dial returns the till's end of a new connection, closed when the test ends.
func (s *service) dial(t *testing.T) net.Conn {
	till, c := net.Pipe()
	t.Cleanup(func() { till.Close() })
	s.conns <- c
	return till
}

// gone wants that the server closes a connection within the time.
func (s *service) gone(t *testing.T, within time.Duration, who string) {
	t.Helper()
	time.Sleep(within + soon)
	if s.closed.Load() == 0 {
		t.Errorf("%s. %v later the server still holds the connection.", who, within+soon)
	}
}

// drip writes slowly, and reports whether it could write all.
func drip(c net.Conn, text string, pause time.Duration) bool {
	for i := range len(text) {
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return false
		}
		time.Sleep(pause)
	}
	return true
}

func order(length int) string {
	return fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: intake\r\nContent-Length: %d\r\n\r\n", length)
}

const report = "GET /report HTTP/1.1\r\nHost: intake\r\n\r\n"

// answer reads one answer.
func answer(t *testing.T, c net.Conn) int {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(24 * time.Hour))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Errorf("A till got no answer: %v.", err)
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func TestNew_slowTills(t *testing.T) {
	for who, text := range map[string]string{
		"A till sent nothing at all":                                  "",
		"A till began a request, and sends a header now and then":     "GET /report HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 100),
		"A till began an order, and sends a byte of it now and again": order(1000) + strings.Repeat("x", 1000),
	} {
		t.Run(who, func(t *testing.T) {
			run(t, 1, time.Second, func(t *testing.T, s *service) {
				till := s.dial(t)
				go io.Copy(io.Discard, till)
				go func() {
					head, rest, _ := strings.Cut(text, "\r\n\r\n")
					if rest != "" { // the headers at once
						till.Write([]byte(head + "\r\n\r\n"))
						head = rest
					}
					drip(till, head, 900*time.Millisecond)
				}()
				s.gone(t, 30*time.Second, who)
				if len(s.saved) > 0 {
					t.Errorf("Of an order of 1000 bytes %d were saved, as if that were all.", len(s.saved[0]))
				}
			})
		})
	}
}

func TestNew_aBadLink(t *testing.T) {
	run(t, 1, time.Second, func(t *testing.T, s *service) {
		till := s.dial(t)
		go func() {
			till.Write([]byte(order(200)))
			drip(till, strings.Repeat("x", 200), 100*time.Millisecond)
		}()
		if code := answer(t, till); code != http.StatusNoContent || len(s.saved) != 1 || len(s.saved[0]) != 200 {
			t.Errorf("A till with a bad link needed 20s for an order of 200 bytes. It got %d, and saved is %q.", code, s.saved)
		}
	})
}

func TestNew_anAnswerThatNobodyTakes(t *testing.T) {
	run(t, 1, time.Second, func(t *testing.T, s *service) {
		till := s.dial(t)
		till.Write([]byte(order(3) + "abc"))
		s.gone(t, 30*time.Second, "A till sent an order and does not take the answer")
	})
}

func TestNew_aLongReport(t *testing.T) {
	const n = 90
	run(t, n, time.Minute, func(t *testing.T, s *service) {
		till := s.dial(t)
		start := time.Now()
		till.Write([]byte(report))
		resp, err := http.ReadResponse(bufio.NewReader(till), nil)
		if err != nil {
			t.Errorf("The report of %d rows, one a minute, did not begin: %v.", n, err)
			return
		}
		if resp.StatusCode != http.StatusOK {
			t.Errorf("A report of %d rows, one a minute, got the status %d.", n, resp.StatusCode)
			return
		}
		got := 0
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			got++
			if late := time.Since(start) - time.Duration(got)*time.Minute; late > soon {
				t.Errorf("Row %d of the report came %v late.", got, late)
				return
			}
		}
		if got != n || lines.Err() != nil {
			t.Errorf("A report of %d rows, one a minute, ended after row %d: %v. The client was reading.", n, got, lines.Err())
		}
	})
}

func TestNew_aReportThatNobodyReadsOn(t *testing.T) {
	for who, leave := range map[string]func(net.Conn){
		"A client takes no more rows of a report": func(net.Conn) {},
		"A client has left amid a report":         func(c net.Conn) { c.Close() },
	} {
		t.Run(who, func(t *testing.T) {
			run(t, 1<<20, time.Second, func(t *testing.T, s *service) {
				till := s.dial(t)
				till.Write([]byte(report))
				io.ReadFull(till, make([]byte, 200)) // some rows
				leave(till)
				s.gone(t, 30*time.Second, who)
				if !s.ended.Load() {
					t.Errorf("%s, and the rows still come, for nobody.", who)
				}
			})
		})
	}
}

func TestNew_anIdleConnection(t *testing.T) {
	run(t, 1, time.Second, func(t *testing.T, s *service) {
		till := s.dial(t)
		for i := range 3 {
			go till.Write([]byte(order(3) + "abc"))
			if code := answer(t, till); code != http.StatusNoContent {
				t.Errorf("A till sends an order each minute. Number %d got the status %d, and no connection.", i+1, code)
				return
			}
			time.Sleep(time.Minute)
		}
		s.gone(t, time.Minute, "A till has been idle for a minute")
	})
}

func TestNew_anOrderWithoutEnd(t *testing.T) {
	for name, c := range map[string]struct {
		head string
		size int
		code int
	}{
		"of just the limit":          {order(MaxOrder), MaxOrder, http.StatusNoContent},
		"of a byte more":             {order(MaxOrder + 1), MaxOrder + 1, http.StatusRequestEntityTooLarge},
		"that does not tell its end": {"POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 4 * MaxOrder, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, 1, time.Second, func(t *testing.T, s *service) {
				till := s.dial(t)
				var sent atomic.Int64
				go func() {
					till.Write([]byte(c.head))
					part := bytes.Repeat([]byte("x"), 1<<15)
					for n := c.size; n > 0; n -= len(part) {
						text := part[:min(n, len(part))]
						if strings.Contains(c.head, "chunked") {
							text = fmt.Appendf(nil, "%x\r\n%s\r\n", len(text), text)
						}
						k, err := till.Write(text)
						sent.Add(int64(k))
						if err != nil {
							return
						}
					}
					if strings.Contains(c.head, "chunked") {
						till.Write([]byte("0\r\n\r\n"))
					}
				}()
				code := answer(t, till)
				if code != c.code {
					t.Errorf("An order %s got %d, not %d.", name, code, c.code)
				}
				if c.code == http.StatusNoContent {
					return
				}
				if len(s.saved) > 0 {
					t.Errorf("An order %s is too large. %d bytes of it were saved.", name, len(s.saved[0]))
				}
				if n := sent.Load(); n > 2*MaxOrder {
					t.Errorf("Of an order %s, %d bytes were read, though all over %d are in vain.", name, n, MaxOrder)
				}
			})
		})
	}
}

// A till that gave up is no order.
func TestNew_halfAnOrder(t *testing.T) {
	run(t, 1, time.Second, func(t *testing.T, s *service) {
		till := s.dial(t)
		till.Write([]byte(order(1000) + "half"))
		till.Close()
		if _, err := till.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) && !errors.Is(err, os.ErrClosed) {
			t.Errorf("The pipe is closed, and a read says %v.", err)
		}
		time.Sleep(time.Minute)
		if len(s.saved) > 0 {
			t.Errorf("A till gave up amid an order, and %q was saved.", s.saved[0])
		}
	})
}
