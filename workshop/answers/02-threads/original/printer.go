package invoices

import (
	"bytes"
	"context"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// A Printer makes invoices of orders.
type Printer struct {
	mu    sync.Mutex
	fonts map[string][]byte
	load  func(name string) []byte // from another server
	jobs  chan func()
}

// Start starts so many engines. The library that signs is written in C, and
// wants to be called by the same thread each time.
func (p *Printer) Start(engines int) {
	for range engines {
		go p.engine()
	}
}

func (p *Printer) engine() {
	runtime.LockOSThread()
	for job := range p.jobs {
		job()
	}
}

// Font returns a font, and loads it when it is first asked for.
func (p *Printer) Font(name string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fonts[name] == nil {
		p.fonts[name] = p.load(name)
	}
	return p.fonts[name]
}

// Render makes a PDF by the command render.
func (p *Printer) Render(ctx context.Context, page []byte) ([]byte, error) {
	var pdf bytes.Buffer
	cmd := exec.CommandContext(ctx, "render", "-")
	cmd.Stdin = bytes.NewReader(page)
	cmd.Stdout = &pdf
	err := cmd.Run()
	return pdf.Bytes(), err
}

// Remind calls remind until the invoice is paid, or ctx ends.
func (p *Printer) Remind(ctx context.Context, paid <-chan struct{}, remind func()) {
	for {
		select {
		case <-time.After(14 * 24 * time.Hour):
			remind()
		case <-paid:
			return
		case <-ctx.Done():
			return
		}
	}
}

// NewPrinter returns a printer without engines. Fonts come from load.
func NewPrinter(load func(name string) []byte) *Printer {
	return &Printer{fonts: map[string][]byte{}, load: load, jobs: make(chan func())}
}
