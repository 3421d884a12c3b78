package everycall

import (
	"context"
	"fmt"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// OfferPlainSend waits for its turn by a send. Compare [Shop.Offer].
func (s *Shop) OfferPlainSend(ctx context.Context, sku string) (string, error) {
	// BUG(goleak, leakprofile, synctest): Shop.OfferPlainSend queues for a turn
	// that its client no longer wants, behind those who do not end.
	s.Turns <- struct{}{}
	defer func() { <-s.Turns }()
	units, err := Units(ctx, s.DB, sku)
	if err != nil {
		return "", err
	}
	cents, err := Cents(ctx, s.Prices, sku)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s at %d cents", units, sku, cents), nil
}

// OfferQueryRow asks the database as it would from main. Compare [Units].
func (s *Shop) OfferQueryRow(ctx context.Context, sku string) (string, error) {
	if err := Enter(ctx, s.Turns); err != nil {
		return "", err
	}
	defer func() { <-s.Turns }()
	var units int64
	// BUG(test, noctx): Shop.OfferQueryRow's query runs to its end after the
	// client has left, and keeps its connection from the others.
	err := s.DB.QueryRow(
		`SELECT units FROM stock WHERE sku = ?`, sku).Scan(&units)
	if err != nil {
		return "", fmt.Errorf("units of %s: %w", sku, err)
	}
	cents, err := Cents(ctx, s.Prices, sku)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s at %d cents", units, sku, cents), nil
}

// OfferInTx asks the database inside a transaction that has ctx. Compare
// [Units].
func (s *Shop) OfferInTx(ctx context.Context, sku string) (string, error) {
	if err := Enter(ctx, s.Turns); err != nil {
		return "", err
	}
	defer func() { <-s.Turns }()
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it was read from, no more
	var units int64
	// BUG(test, noctx): Shop.OfferInTx's query has no ctx: that of BeginTx
	// only rolls back once the query has run to its end.
	err = tx.QueryRow(
		`SELECT units FROM stock WHERE sku = ?`, sku).Scan(&units)
	if err != nil {
		return "", fmt.Errorf("units of %s: %w", sku, err)
	}
	cents, err := Cents(ctx, s.Prices, sku)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s at %d cents", units, sku, cents), nil
}

// OfferBackground asks for the price with a ctx of its own. Compare [Cents].
func (s *Shop) OfferBackground(
	ctx context.Context,
	sku string,
) (string, error) {
	if err := Enter(ctx, s.Turns); err != nil {
		return "", err
	}
	defer func() { <-s.Turns }()
	units, err := Units(ctx, s.DB, sku)
	if err != nil {
		return "", err
	}
	// BUG(test, contextcheck): Shop.OfferBackground gives the price server a ctx
	// that never ends: it works for a client that has left.
	reply, err := s.Prices.CallUnary(
		context.Background(),
		connect.NewRequest(wrapperspb.String(sku)),
	)
	if err != nil {
		return "", fmt.Errorf("price of %s: %w", sku, err)
	}
	return fmt.Sprintf("%d %s at %d cents", units, sku, reply.Msg.GetValue()), nil
}

// AskFirst answers an upload with an offer and has no use for its body.
// Compare [Handler].
func AskFirst(
	offer func(context.Context, string) (string, error),
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// BUG(goleak, leakprofile, synctest): AskFirst leaves the body unread,
		// so net/http does not see an HTTP/1 client leave: ctx does not end.
		text, err := offer(r.Context(), r.URL.Query().Get("sku"))
		if err != nil {
			http.Error(w, "no offer", http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, text)
	})
}
