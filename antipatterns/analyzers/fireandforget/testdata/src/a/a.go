package a

import (
	"context"
	"errors"
	"log"
	"net/smtp"
	"net/url"
	"os"
	"runtime"
	"sync"
	"time"
)

func work() {}

func endless(x chan int, t *time.Ticker) {
	go func() { // want `nobody can end this goroutine, whose loop at line 19 has no way out: give it a ctx, and return when <-ctx.Done\(\) is ready`
		for {
			work()
			time.Sleep(time.Second)
		}
	}()
	go func() { // want `loop at line 25`
		for range time.Tick(time.Second) {
			work()
		}
	}()
	go func() { // want `loop at line 31`
		defer t.Stop()
		for range t.C {
			work()
		}
	}()
	go func() { // want `loop at line 36`
		for {
			select {
			case <-t.C:
				break // leaves the select
			case <-x:
			}
		}
	}()
	go poll()                // want `loop at line 51`
	go func() { poll() }()   // want `loop at line 51`
	go server{}.loop(x)      // want `loop at line 64`
	go func() { again(x) }() // ok: nobody knows when it ends
}

func poll() {
	for {
		work()
	}
}

func again(x chan int) {
	<-x
	again(x)
}

type server struct{}

func (server) loop(x chan int) {
	for {
		work()
		<-x
	}
}

func ends(ctx context.Context, x chan int, t *time.Ticker) {
	go func() { // ok
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				work()
			}
		}
	}()
	go func() { // ok: it ends when x is closed
		for range x {
			work()
		}
	}()
	go func() { // ok
		for range t.C {
			if ctx.Err() != nil {
				break
			}
		}
	}()
	go func() { // ok
	loop:
		for {
			switch <-x {
			case 0:
				break loop
			}
		}
	}()
	go func() { // ok
		for {
			if <-x == 1 {
				runtime.Goexit()
			}
		}
	}()
	go func() { // ok
		for {
			if <-x == 0 {
				log.Panic("x")
			}
		}
	}()
}

var once sync.Once

func init() {
	go poll() // ok: once in the life of the process
}

func startedOnce() {
	once.Do(func() {
		go poll() // ok
	})
}

var cache = map[string]string{}

func sleeps(ctx context.Context, key string, done chan bool) {
	go func() { // want `nobody can end this goroutine while it sleeps: write time.AfterFunc, whose timer has a Stop`
		time.Sleep(time.Minute)
		delete(cache, key)
	}()
	go func() { // ok: somebody waits
		time.Sleep(time.Minute)
		done <- true
	}()
	go func() { // ok: it does not begin with it
		work()
		time.Sleep(time.Minute)
	}()
}

type mailer interface{ Send(to string) error }

type closer interface {
	mailer
	Close() error
}

func send(to string) error {
	return smtp.SendMail("mail:25", nil, "a@example.com", []string{to}, nil)
}

func loose(to string, f func(string) error, g func(string), m mailer, c closer) {
	go send(to)                  // want `nobody can end this goroutine or wait for it: give what it calls a ctx, and start it by the Go of a sync.WaitGroup`
	go f(to)                     // want `or wait for it`
	go m.Send(to)                // want `or wait for it`
	go f(url.Values{}.Get("to")) // want `or wait for it`
	go func() {                  // want `or wait for it`
		if err := send(to); err != nil {
			log.Print(err)
		}
	}()
	go func() { // want `or wait for it`
		_ = f(to)
	}()
	go work()        // ok: nothing fails, so it may be quick
	go g(to)         // ok: it may tell somebody
	go c.Send(to)    // ok: Close may end it
	go os.Remove(to) // ok: files have no ctx, and end
}

func tied(ctx context.Context, to string, f func(context.Context, string) error, done func()) (err error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go f(ctx, to) // ok
	go func() {   // ok: somebody waits
		defer wg.Done()
		_ = send(to)
	}()
	wg.Go(func() { _ = send(to) }) // ok: no go statement
	errs := make(chan error)
	go func() { errs <- send(to) }() // ok
	go func() {                      // ok: it tells somebody
		_ = send(to)
		done()
	}()
	go func() { err = send(to) }() // ok: somebody looks at err
	n := 0
	go func() { // ok: somebody looks at n
		_ = send(to)
		n++
	}()
	go both(to, done) // ok
	go func() {       // ok: the error ends it
		for {
			if send(to) != nil {
				return
			}
		}
	}()
	wg.Wait()
	return errors.Join(err, <-errs)
}

func both(to string, done func()) error {
	defer done()
	return send(to)
}
