// Package load is a client of the shop that keeps account: it places orders at
// a rate, and knows which were acknowledged, so that a [Ledger] can say after
// any accident whether one is lost or doubled. It belongs to part 12 of the
// guide.
//
// # What to know
//
// An order has three ends for its client: acknowledged, refused before anything
// was done (429, 4xx), or not known, as of every 5xx and of a connection that
// broke. What is not known is asked again, with the same key, until it is
// acknowledged ([Ledger.Settle]). Then all numbers are exact: each order that was
// acknowledged can be read, its key still means that order, and the account of
// each user has as many orders and items as its client has acknowledged. One less
// is lost, one more is doubled ([Ledger.Check]).
//
// Calls begin at their times, whether those before have ended or not. A client
// that waits for each answer slows down with its server, and measures that all is
// well ("coordinated omission").
package load

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Patience is how long a client waits for an answer.
const Patience = 5 * time.Second

// A Client talks to the gateway.
type Client struct {
	url  string
	http *http.Client
}

// NewClient returns a client of the gateway at url. Close it.
func NewClient(url string) *Client {
	return &Client{url, &http.Client{
		Timeout:   Patience,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
	}}
}

// Close ends its connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// An Answer is what came of a request. Status is 0 if none came.
type Answer struct {
	Status int
	Body   []byte
	Header http.Header
}

// refused reports whether it is known that nothing was done.
func (a Answer) refused() bool { return a.Status >= 400 && a.Status < 500 }

// again waits until it is time to ask once more, or reports false if ctx ended.
// Who is asked too often would spend what it has on saying so.
func (a Answer) again(ctx context.Context) bool {
	if a.Status == http.StatusTooManyRequests {
		return pause(ctx, 100*time.Millisecond)
	}
	return pause(ctx, 20*time.Millisecond)
}

// do sends a request. Its error says why no answer came.
func (c *Client) do(ctx context.Context, method, path, key string, body any) (Answer, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Answer{}, err
	}
	// NewRequest sets GetBody for this reader, so that net/http can repeat the
	// request on another connection.
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(b))
	if err != nil {
		return Answer{}, err
	}
	if method == http.MethodGet {
		r.Body, r.GetBody, r.ContentLength = http.NoBody, nil, 0
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return Answer{}, err
	}
	return Answer{res.StatusCode, answer, res.Header}, nil
}

// Get reads a path into v.
func (c *Client) Get(ctx context.Context, path string, v any) error {
	_, err := c.get(ctx, path, v)
	return err
}

func (c *Client) get(ctx context.Context, path string, v any) (Answer, error) {
	a, err := c.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return a, err
	}
	if a.Status != http.StatusOK {
		return a, fmt.Errorf("GET %s: %d: %s", path, a.Status, a.Body)
	}
	return a, json.Unmarshal(a.Body, v)
}

// An Order is one of the client's own.
type Order struct {
	ID       string `json:"id,omitempty"`
	Key      string `json:"-"`
	UserID   string `json:"userId"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// Place places an order, once, and sets its ID if that was acknowledged.
func (c *Client) Place(ctx context.Context, o *Order) (Answer, error) {
	a, err := c.do(ctx, http.MethodPost, "/orders", o.Key,
		Order{UserID: o.UserID, Item: o.Item, Quantity: o.Quantity})
	if err != nil || a.Status != http.StatusCreated {
		return a, err
	}
	var made Order
	if err := json.Unmarshal(a.Body, &made); err != nil {
		return a, fmt.Errorf("%s: %w", a.Body, err)
	}
	o.ID = made.ID
	return a, nil
}

// longName is a beginning of names that makes a list of them long, in bytes.
var longName = strings.Repeat("🛒", 70)

// NewUser makes a user with a long name of its own, and returns its id. It tries until
// ctx ends.
func (c *Client) NewUser(ctx context.Context) (id string, err error) {
	for {
		// A name for each try: of the try before it is not known whether it
		// has made a user.
		a, err := c.do(ctx, http.MethodPost, "/users", "",
			map[string]any{"name": longName + rand.Text(), "age": 30})
		if err == nil && a.Status == http.StatusCreated {
			var u struct{ ID string }
			err := json.Unmarshal(a.Body, &u)
			return u.ID, err
		}
		if !pause(ctx, 50*time.Millisecond) {
			return "", errors.Join(ctx.Err(), err, fmt.Errorf("POST /users: %d: %s", a.Status, a.Body))
		}
	}
}

// pause reports false if ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// A Load places orders at a rate.
type Load struct {
	Client *Client
	Ledger *Ledger
	Users  []string
	// Rate is how many orders a second. It must be more than none.
	Rate float64
	// AtOnce is how many calls may wait for an answer. What would be more is not
	// sent, and counted as Unsent.
	AtOnce int
}

// Run places orders until ctx ends, and returns when the last has an answer.
func (l *Load) Run(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	places := make(chan struct{}, l.AtOnce)
	start := time.Now()
	for n := 0; ; n++ {
		at := start.Add(time.Duration(float64(n) / l.Rate * float64(time.Second)))
		if !pause(ctx, time.Until(at)) {
			return
		}
		select {
		case places <- struct{}{}:
		default:
			l.Ledger.note(Result{At: time.Now(), Unsent: true})
			continue
		}
		o := &Order{
			Key: rand.Text(), UserID: l.Users[n%len(l.Users)],
			Item: "cup", Quantity: 1 + n%3,
		}
		calls.Go(func() {
			defer func() { <-places }()
			// Not ctx: an order that is on its way is not left.
			l.Ledger.place(context.WithoutCancel(ctx), l.Client, o)
		})
	}
}
