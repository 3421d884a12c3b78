// Package carrier asks a carrier in how many days a parcel is there.
//
// # What people see
//
// "too many open files", every few days: for parcels that the carrier does not
// know, the body of the answer was not closed. It was mended, and there is no
// test for it. Then the carrier took connections one Friday and said nothing, and
// all pages of the shop waited. That was mended by a limit, which ended with the
// headers: next it was an answer that came in drops. A third mend dropped the
// ctx, so that nobody hears of customers who have left. And once, an answer had
// no end.
//
// # Your task
//
// Write the test, in carrier_test.go. Your test is run on this code and on other
// code that is right, and must pass; and on code with each of those bugs, and
// must fail. You need no network: a http.RoundTripper of yours is the carrier.
package carrier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	// Patience is how long Days waits for the whole answer.
	Patience = 5 * time.Second
	// MaxAnswer is how many bytes an answer may have.
	MaxAnswer = 1 << 10
)

// ErrAnswer says that the carrier's answer is of no use.
var ErrAnswer = errors.New("bad answer of the carrier")

// Days asks by the transport in how many days a parcel is there. It returns when
// ctx ends, with ctx's error in the chain, and at the latest after Patience. An
// answer with another status than 200, or of more than MaxAnswer bytes, is an
// ErrAnswer; of the latter, little more than that is read. The body of every
// answer is closed.
func Days(ctx context.Context, transport http.RoundTripper, parcel string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://carrier.example/parcels/"+parcel, nil)
	if err != nil {
		return 0, fmt.Errorf("asking the carrier: %w", err)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return 0, fmt.Errorf("asking the carrier: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%w: %s", ErrAnswer, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	if err != nil {
		return 0, fmt.Errorf("reading the answer: %w", err)
	}
	if len(text) > MaxAnswer {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrAnswer, MaxAnswer)
	}
	days, err := strconv.Atoi(string(text))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return days, nil
}
