package a

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
)

func elsewhere() {
	go poll() // want `loop at a.go:51 has no way out`
}

func forTrue() {
	go func() { // want `loop at line 19`
		for true {
			work()
		}
	}()
}

// What a goroutine gets from a call that may fail is its own: that it closes
// it tells nobody anything.
func own(url string) {
	go func() { // want `or wait for it`
		resp, err := http.Get(url)
		if err != nil {
			log.Print(err)
			return
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		tries := 0
		tries++
		log.Print(tries, resp.Request.URL, err)
	}()
	go notify(url) // want `or wait for it`
}

func notify(url string) error {
	conn, err := net.Dial("tcp", url)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte("x"))
	return err
}

func others(url string, r io.Reader, req *http.Request, conn net.Conn) (last string, err error) {
	resp, err := http.Get(url)
	go func() { // ok: resp is not its own
		_, _ = io.Copy(io.Discard, resp.Body)
	}()
	go func() { // ok: req has a ctx, by which somebody may end it
		_, _ = http.DefaultClient.Do(req)
	}()
	go func() { // ok: so has the request of the answer
		resp, err := http.Get(url)
		log.Print(resp.Request.Context(), err)
	}()
	go func() { // ok: whoever has the other end of r ends it
		for s := bufio.NewScanner(r); s.Scan(); {
			_ = send(s.Text())
		}
	}()
	go func() { // ok: conn is not its own, whatever its name here
		c := conn
		_, _ = c.Write(nil)
	}()
	go func() { // ok: somebody looks at last
		_ = send(url)
		last = url
	}()
	go func() { // ok: nobody looks at these errors
		var b strings.Builder
		b.WriteString(url)
		fmt.Println(b.String())
	}()
	return last, err
}

type valve struct{}

func (valve) Close() error { return nil }

func switched(url string, v any) {
	go func() { // ok: v may be a valve that somebody has
		_, err := http.Get(url)
		resp, err := http.Get(url)
		log.Print(resp, err)
		switch v := v.(type) {
		case valve:
			_ = v.Close()
		}
	}()
}
