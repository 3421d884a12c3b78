package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"example.com/goguide/grpc/shop/fault"
)

// An accident is a fault that ends by itself.
type accident struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Text  string `json:"text"`
	cause func(ctx context.Context, d *demo) error
}

// span is how long an accident takes that takes time.
const span = 5 * time.Second

// accidents are those of the page, in its order.
var accidents = []accident{
	kills("users"), kills("orders"), kills("gateway"),
	{"roll", "Rolling restart", "Each service in turn: a new process, then SIGTERM to the old one.",
		func(ctx context.Context, d *demo) error {
			for _, name := range names {
				if err := d.roll(ctx, name); err != nil {
					return err
				}
			}
			return nil
		}},
	{"slow", "2 s latency", "Orders takes two seconds longer for each call.",
		injects("orders", url.Values{"latency": {"2s"}})},
	{"errors", "30 % errors", "Orders fails three of ten calls, half of them after the work is done.",
		injects("orders", url.Values{"errors": {"0.3"}})},
	{"silence", "Silent connections", "The connections to users and orders go silent, as if a cable were pulled.",
		func(_ context.Context, d *demo) error {
			d.services["users"].proxy.Silence()
			d.services["orders"].proxy.Silence()
			return nil
		}},
	{"lock", "Locked database", "Somebody else holds the database of orders.",
		func(ctx context.Context, d *demo) error {
			place, err := d.place("orders")
			if err != nil {
				return err
			}
			return fault.Lock(ctx, place, "orders", span)
		}},
	{"overload", "Overload", "Many times more orders than the gateway takes.",
		func(ctx context.Context, d *demo) error {
			ctx, cancel := context.WithTimeout(ctx, span)
			defer cancel()
			d.under(ctx, 3*d.rate)
			return nil
		}},
	{"neverread", "Clients that never read", "Four clients ask for all users, again and again, and read nothing.",
		func(ctx context.Context, d *demo) error {
			if err := d.populate(ctx); err != nil {
				return err
			}
			p, err := d.services["gateway"].process()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(ctx, 2*span)
			defer cancel()
			return fault.NeverRead(ctx, p.Public, "/users", 4, 100*time.Millisecond, func() {})
		}},
}

func kills(name string) accident {
	return accident{
		"kill-" + name, "kill -9 " + name, "The process dies, and is started again a second later.",
		func(ctx context.Context, d *demo) error {
			killed, err := d.services[name].process()
			if err != nil {
				return err
			}
			if err := d.kill(name, time.Second); err != nil {
				return err
			}
			for wait(ctx, 50*time.Millisecond) {
				if now, err := d.services[name].process(); err == nil && now != killed {
					break
				}
			}
			return nil
		},
	}
}

func injects(name string, what url.Values) func(context.Context, *demo) error {
	return func(ctx context.Context, d *demo) error {
		if err := d.faults(ctx, name, what); err != nil {
			return err
		}
		wait(ctx, span)
		// A process that was started meanwhile has no fault to end.
		return d.faults(context.WithoutCancel(ctx), name, nil)
	}
}

// errUnknown is the error of an accident that is not on the list.
var errUnknown = errors.New("there is no such accident")

// cause begins an accident, unless it happens already.
func (d *demo) cause(name string) error {
	for _, a := range accidents {
		if a.Name != name {
			continue
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.running[name] || d.ctx.Err() != nil {
			return nil
		}
		d.running[name] = true
		d.work.Go(func() {
			d.event(a.Title)
			err := a.cause(d.ctx, d)
			d.mu.Lock()
			delete(d.running, name)
			d.mu.Unlock()
			if err != nil && d.ctx.Err() == nil {
				d.event(fmt.Sprintf("%s: %v", a.Title, err))
				return
			}
			d.event(a.Title + ": over")
		})
		return nil
	}
	return errUnknown
}
