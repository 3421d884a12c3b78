package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop is a gateway that keeps orders as well as it is told to.
type shop struct {
	mu      sync.Mutex
	orders  map[string]Order  // by id
	keys    map[string]string // ids by key
	account map[string][2]int // orders and items by user
	serial  int
	// What goes wrong with the next order:
	hides   int  // it is kept, and the answer is lost
	forgets bool // it is acknowledged, and not kept
	repeats bool // each call makes another, whatever its key
	uncount bool // the account hears nothing
	twice   bool // the account hears twice
	refuses bool // 429
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var user, id string
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/users":
		s.serial++
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"user %d"}`, s.serial)
	case r.Method == http.MethodPost:
		s.place(w, r)
	case scan(r.URL.Path, "/orders/%s", &id):
		o, ok := s.orders[id]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(o) //nolint:errchkjson // fails for who has left
	case scan(r.URL.Path, "/users/%s", &user):
		user = user[:len(user)-len("/account")]
		fmt.Fprintf(w, `{"orders":%d,"items":%d}`, s.account[user][0], s.account[user][1])
	}
}

func scan(path, format string, into *string) bool {
	n, _ := fmt.Sscanf(path, format, into)
	return n == 1
}

func (s *shop) place(w http.ResponseWriter, r *http.Request) {
	if s.refuses {
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	id, ok := s.keys[key]
	if !ok || s.repeats {
		var o Order
		_ = json.NewDecoder(r.Body).Decode(&o)
		s.serial++
		id = fmt.Sprint(s.serial)
		o.ID = id
		s.keys[key] = id
		if !s.forgets {
			s.orders[id] = o
		}
		times := 1
		if s.uncount {
			times = 0
		} else if s.twice {
			times = 2
		}
		a := s.account[o.UserID]
		s.account[o.UserID] = [2]int{a[0] + times, a[1] + times*o.Quantity}
	}
	if s.hides > 0 {
		s.hides--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":%q}`, id)
}

// begin returns a shop that works, and a client of it.
func begin(t *testing.T) (s *shop, c *Client, done func()) {
	t.Helper()
	s = &shop{orders: map[string]Order{}, keys: map[string]string{}, account: map[string][2]int{}}
	server := httptest.NewServer(s)
	c = NewClient(server.URL)
	return s, c, func() {
		c.Close()
		server.Close()
	}
}

func order(key string) *Order { return &Order{Key: key, UserID: "ann", Item: "cup", Quantity: 2} }

// audited places an order, settles and checks, within a time in which what is
// lost does not come back.
func audited(t *testing.T, c *Client, l *Ledger) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := l.Settle(ctx, c); err != nil {
		return err
	}
	return l.Check(ctx, c)
}

func TestLedger_finds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrong func(*shop)
		want  string // "" if nothing is wrong
	}{
		"nothing":               {func(*shop) {}, ""},
		"an answer lost":        {func(s *shop) { s.hides = 1 }, ""},
		"a refusal":             {func(s *shop) { s.refuses = true }, ""},
		"an order lost":         {func(s *shop) { s.forgets = true }, "lost: order"},
		"an order doubled":      {func(s *shop) { s.repeats = true }, "doubled: the key"},
		"a retry doubled":       {func(s *shop) { s.repeats, s.hides = true, 1 }, "doubled"},
		"an account short":      {func(s *shop) { s.uncount = true }, "lost: user"},
		"an account that grows": {func(s *shop) { s.twice = true }, "doubled: user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, client, done := begin(t)
			defer done()
			c.wrong(s)
			l := new(Ledger)
			l.place(t.Context(), client, order("1"))
			s.mu.Lock()
			s.refuses = false
			s.mu.Unlock()
			err := audited(t, client, l)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// Contents that changed are an order lost, and so are two keys of one order.
func TestLedger_findsWhatChanged(t *testing.T) {
	t.Parallel()
	s, client, done := begin(t)
	defer done()
	l := new(Ledger)
	l.place(t.Context(), client, order("1"))
	l.place(t.Context(), client, order("2"))
	require.NoError(t, audited(t, client, l))
	s.mu.Lock()
	o := s.orders["1"]
	o.Quantity++
	s.orders["1"] = o
	s.mu.Unlock()
	require.NoError(t, audited(t, client, l), "what is read is not read again")
	l.read = 0
	assert.ErrorContains(t, audited(t, client, l), "lost")
	l.acked[0].ID = l.acked[1].ID
	assert.ErrorContains(t, audited(t, client, l), "have one order")
}

// Calls begin at their times though none has ended.
func TestLoad_waitsForNobody(t *testing.T) {
	t.Parallel()
	var began sync.WaitGroup
	began.Add(5)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		began.Done()
		began.Wait()
	}))
	defer server.Close()
	c := NewClient(server.URL)
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	l := &Load{Client: c, Ledger: new(Ledger), Users: []string{"ann"}, Rate: 100, AtOnce: 5}
	var runs sync.WaitGroup
	runs.Go(func() { l.Run(ctx) })
	began.Wait()
	cancel()
	runs.Wait()
	_, unknown := l.Ledger.Counts()
	assert.GreaterOrEqual(t, unknown, 5, "200 without an order is no acknowledgement")
}

func TestClient_NewUser(t *testing.T) {
	t.Parallel()
	_, c, done := begin(t)
	defer done()
	id, err := c.NewUser(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "user 1", id)
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	var all []Result
	for i := range 100 {
		all = append(all, Result{Status: http.StatusCreated, Took: time.Duration(100-i) * time.Millisecond})
	}
	all = append(all, Result{Status: 429}, Result{Status: 503, Took: time.Second}, Result{}, Result{Unsent: true})
	s := Summarize(all)
	assert.Equal(t, Summary{
		Calls: 104, OK: 100, Shed: 1, Failed: 3, P50: 51 * time.Millisecond, P99: 100 * time.Millisecond,
		Worst: time.Second,
		By:    map[string]int{"201": 100, "429": 1, "503": 1, "no answer": 1, "unsent": 1},
	}, s)
	assert.Zero(t, Summarize(nil).P99)
}

// A gateway that takes few calls a second is asked for each thing once, so that
// reading back ends.
func TestLedger_Check_isPatientWithALimit(t *testing.T) {
	t.Parallel()
	s, _, done := begin(t)
	defer done()
	var mu sync.Mutex
	served := 0
	taken := make(map[string]int) // calls that were not refused, by what they ask for
	limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		served++
		refuse := served%3 != 0
		if !refuse {
			taken[r.Method+r.URL.Path+r.Header.Get("Idempotency-Key")]++
		}
		mu.Unlock()
		if refuse {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.ServeHTTP(w, r)
	}))
	defer limited.Close()
	c := NewClient(limited.URL)
	defer c.Close()
	l := new(Ledger)
	for i := range 10 {
		o := order(fmt.Sprint(i))
		for o.ID == "" {
			_, err := c.Place(t.Context(), o)
			require.NoError(t, err)
		}
		l.acked = append(l.acked, o)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, l.Check(ctx, c))
	for what, n := range taken {
		want := 1
		if what[:4] == "POST" {
			want = 2 // when it was placed, too
		}
		assert.Equal(t, want, n, what)
	}
}
