package main

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"example.com/goguide/grpc/shop/load"
	"example.com/goguide/grpc/shop/node"
)

// every is how often the page has news.
const every = 500 * time.Millisecond

// window is of what the page shows rates and latencies.
const window = 3 * time.Second

// A state is what the page shows.
type state struct {
	Services []serviceState `json:"services"`
	Load     load.Summary   `json:"load"` // of the window
	History  []point        `json:"history"`
	Acked    int            `json:"acked"`
	Unknown  int            `json:"unknown"`
	Checking bool           `json:"checking"`
	Checked  string         `json:"checked"`
	Trace    []node.Span    `json:"trace"`
	Events   []event        `json:"events"` // the newest last
	Running  []string       `json:"running"`
}

type serviceState struct {
	Name       string            `json:"name"`
	Up         bool              `json:"up"`
	PID        int               `json:"pid"`
	Goroutines int               `json:"goroutines"`
	InFlight   int               `json:"inFlight"`
	Breakers   map[string]string `json:"breakers"`
	Rate       float64           `json:"rate"`   // calls a second
	Failed     float64           `json:"failed"` // of them, by a fault of the service's
	P50        float64           `json:"p50"`    // milliseconds
	P99        float64           `json:"p99"`
}

// A point is one look of the load.
type point struct {
	OK     int `json:"ok"`
	Shed   int `json:"shed"`
	Failed int `json:"failed"`
}

type event struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

const (
	maxEvents  = 12
	maxHistory = 120
)

// event tells the page that something happened.
func (d *demo) event(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Events = append(d.state.Events, event{time.Now(), text})
	d.state.Events = d.state.Events[max(0, len(d.state.Events)-maxEvents):]
}

// A look is what all services told about themselves.
type look struct {
	at  time.Time
	all map[string]node.Status
}

// watch asks all services about themselves until ctx ends.
func (d *demo) watch(ctx context.Context) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	var looks []look
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		now := d.look(ctx)
		looks = append(looks, now)
		looks = looks[max(0, len(looks)-int(window/every)-1):]
		fresh := load.Summarize(d.ledger.Since(last))
		last = time.Now()
		recent := load.Summarize(d.ledger.Since(last.Add(-window)))
		acked, unknown := d.ledger.Counts()

		d.mu.Lock()
		s := &d.state
		s.Services = nil
		for _, name := range slices.Backward(names) {
			s.Services = append(s.Services, between(name, looks[0], now))
		}
		s.Load, s.Acked, s.Unknown = recent, acked, unknown
		s.History = append(s.History, point{fresh.OK, fresh.Shed, fresh.Failed})
		s.History = s.History[max(0, len(s.History)-maxHistory):]
		if t := trace(now); t != nil {
			s.Trace = t
		}
		s.Running = slices.Sorted(maps.Keys(d.running))
		d.mu.Unlock()
	}
}

func (d *demo) look(ctx context.Context) look {
	ctx, cancel := context.WithTimeout(ctx, every)
	defer cancel()
	l := look{time.Now(), make(map[string]node.Status)}
	var mu sync.Mutex
	var asks sync.WaitGroup
	for _, name := range names {
		asks.Go(func() {
			if s, err := d.status(ctx, name); err == nil {
				mu.Lock()
				defer mu.Unlock()
				l.all[name] = s
			}
		})
	}
	asks.Wait()
	return l
}

// faulty are the codes that are a service's own fault.
var faulty = []string{"Unavailable", "DeadlineExceeded", "Internal", "Unknown", "DataLoss"}

// between says what a service did between two looks.
func between(name string, from, to look) serviceState {
	now, up := to.all[name]
	s := serviceState{
		Name: name, Up: up, PID: now.PID, Goroutines: now.Goroutines, Breakers: now.Breakers,
	}
	was := from.all[name]
	if was.PID != now.PID {
		was = node.Status{} // another process, which began at zero
	}
	seconds := max(to.at.Sub(from.at), every).Seconds()
	var buckets []node.Bucket
	for _, p := range now.Procedures {
		s.InFlight += p.InFlight
		var before node.Procedure
		for _, b := range was.Procedures {
			if b.Name == p.Name {
				before = b
			}
		}
		for code, n := range p.Codes {
			calls := float64(n-before.Codes[code]) / seconds
			s.Rate += calls
			if slices.Contains(faulty, code) {
				s.Failed += calls
			}
		}
		for i, b := range p.Buckets {
			if i < len(before.Buckets) {
				b.Calls -= before.Buckets[i].Calls
			}
			if i == len(buckets) {
				buckets = append(buckets, node.Bucket{UpTo: b.UpTo})
			}
			buckets[i].Calls += b.Calls
		}
	}
	s.P50, s.P99 = node.Quantile(buckets, 0.5)*1000, node.Quantile(buckets, 0.99)*1000
	return s
}

// trace returns the spans of the newest request that all services had to do
// with, the earliest first, or nil.
func trace(l look) (newest []node.Span) {
	traces := make(map[string][]node.Span)
	for _, s := range l.all {
		for _, span := range s.Spans {
			traces[span.Trace] = append(traces[span.Trace], span)
		}
	}
	for _, spans := range traces {
		services := make(map[string]bool)
		placed := false
		for _, s := range spans {
			services[s.Service] = true
			placed = placed || s.Service == "gateway" && s.Kind == "server"
		}
		if len(services) < len(names) || !placed {
			continue
		}
		slices.SortFunc(spans, func(a, b node.Span) int { return int(a.Start - b.Start) })
		if newest == nil || spans[0].Start > newest[0].Start {
			newest = spans
		}
	}
	return newest
}
