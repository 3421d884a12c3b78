package notinstruct

import (
	"context"
	"fmt"
	"sync"
)

// A BoundLedger keeps the ctx that it was made with. Compare [Ledger].
type BoundLedger struct {
	// BUG(containedctx): BoundLedger has one ctx for all its callers.
	ctx     context.Context
	bank    Bank
	running sync.WaitGroup
}

// NewBoundLedger makes a ledger.
func NewBoundLedger(ctx context.Context, bank Bank) *BoundLedger {
	return &BoundLedger{ctx: ctx, bank: bank}
}

// Book books the entry.
func (l *BoundLedger) Book(entry string) error {
	l.running.Add(1)
	defer l.running.Done()
	// BUG(deadlock, hang, synctest): BoundLedger.Book has no ctx of its
	// caller, who waits for the bank however long it takes.
	if err := l.bank(l.ctx, entry); err != nil {
		return fmt.Errorf("book %s: %w", entry, err)
	}
	return nil
}

// Close waits for the entries on their way.
func (l *BoundLedger) Close() {
	// BUG(deadlock, hang, synctest): BoundLedger.Close cannot be told how
	// long to wait, and so one entry can keep a server from ending.
	l.running.Wait()
}

// A LazyDesk serves all requests, and opens its ledger with the first.
type LazyDesk struct {
	Bank   Bank
	open   sync.Once
	ledger *BoundLedger
}

// Book books the entry of one request.
func (d *LazyDesk) Book(ctx context.Context, entry string) error {
	d.open.Do(func() {
		// BUG(test): LazyDesk.Book gives the first request's ctx to a ledger
		// that serves them all: its user, and its end.
		d.ledger = NewBoundLedger(ctx, d.Bank)
	})
	return d.ledger.Book(entry)
}
