package everycall

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server and returns a client of it. Its end waits for the
// handlers if they are to end.
func serve(t *testing.T, h http.Handler, handlersEnd bool) (client *http.Client, end func()) {
	n := memnet.Listen()
	srv := &http.Server{Handler: h}
	var wg sync.WaitGroup
	wg.Go(func() { assert.ErrorIs(t, srv.Serve(n), http.ErrServerClosed) })
	client = &http.Client{Transport: &http.Transport{DialContext: n.Dial}}
	return client, func() {
		client.CloseIdleConnections()
		if handlersEnd {
			assert.NoError(t, srv.Shutdown(t.Context()))
		} else {
			assert.NoError(t, srv.Close())
		}
		wg.Wait()
	}
}

// A mall is a shop, its database and its price server. Its functions run on
// the far sides.
type mall struct {
	rows    int                                      // of the view that the query reads; 0 for endless
	arrived func()                                   // in the shop, at the beginning of a request
	query   func(step int64)                         // in the database, before each row
	price   func(ctx context.Context) (int64, error) // in the price server
	steps   atomic.Int64
	shop    Shop
	// told is closed when the shop's server knows that its client has left.
	told    chan struct{}
	offered chan error // what the offer returned
}

type (
	offer  = func(context.Context, string) (string, error)
	method = func(*Shop, context.Context, string) (string, error)
)

// open opens the mall with the given variant of the shop.
func (m *mall) open(t *testing.T, variant method, handler func(offer) http.Handler, handlersEnd bool) (client *http.Client, end func()) {
	if m.rows == 0 {
		m.rows = 1 << 60
	}
	prices, endPrices := serve(t, connect.NewUnaryHandler("/prices/Get",
		func(ctx context.Context, _ *connect.Request[wrapperspb.StringValue]) (*connect.Response[wrapperspb.Int64Value], error) {
			cents, err := m.price(ctx)
			return connect.NewResponse(wrapperspb.Int64(cents)), err
		}), handlersEnd)
	m.shop = Shop{
		Turns:  make(chan struct{}, 1),
		DB:     m.database(t),
		Prices: connect.NewClient[wrapperspb.StringValue, wrapperspb.Int64Value](prices, "http://prices/prices/Get"),
	}
	m.told = make(chan struct{})
	m.offered = make(chan error, 1)
	client, endShop := serve(t, handler(func(ctx context.Context, sku string) (string, error) {
		stop := context.AfterFunc(ctx, func() { close(m.told) })
		defer stop()
		if m.arrived != nil {
			m.arrived()
		}
		text, err := variant(&m.shop, ctx, sku)
		m.offered <- err
		return text, err
	}), handlersEnd)
	return client, func() {
		endShop()
		endPrices()
		assert.NoError(t, m.shop.DB.Close())
	}
}

// database has one connection, and a view that calls m.query before each row.
func (m *mall) database(t *testing.T) *sql.DB {
	db, err := driver.Open("file::memory:", func(c *sqlite3.Conn) error {
		err := c.CreateFunction("step", 1, sqlite3.INNOCUOUS, func(sc sqlite3.Context, arg ...sqlite3.Value) {
			m.query(m.steps.Add(1))
			sc.ResultInt64(arg[0].Int64())
		})
		require.NoError(t, err)
		return c.Exec(`CREATE VIEW stock AS
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ` + strconv.Itoa(m.rows) + `)
			SELECT 'cup' AS sku, count(step(i)) AS units FROM n`)
	})
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	return db
}

// visit is what the client does.
func visit(ctx context.Context, client *http.Client, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://shop/?sku=cup", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(resp.Body)
	return string(text), errors.Join(err, resp.Body.Close())
}

func cheap(context.Context) (int64, error) { return 450, nil }

func TestShop_Offer_answers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := mall{rows: 7, query: func(int64) {}, price: cheap}
		client, end := m.open(t, (*Shop).Offer, Handler, true)
		defer end()
		text, err := visit(t.Context(), client, "")
		require.NoError(t, err)
		assert.Equal(t, "7 cup at 450 cents\n", text)
		assert.Empty(t, m.shop.Turns)
		assert.Zero(t, m.shop.DB.Stats().InUse)
	})
}

// The client leaves while the shop waits; what ends is seen on the far side.
func TestShop_Offer_endsWhereverItIs(t *testing.T) {
	t.Parallel()
	t.Run("in the queue", func(t *testing.T) {
		t.Parallel()
		detect.Fix(t, func() {
			ctx, leave := context.WithCancel(t.Context())
			m := mall{arrived: leave, query: func(int64) {}, price: cheap}
			client, end := m.open(t, (*Shop).Offer, Handler, true)
			defer end()
			m.shop.Turns <- struct{}{} // somebody else's, never given back
			_, err := visit(ctx, client, "")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, <-m.offered, context.Canceled)
			assert.Len(t, m.shop.Turns, 1)
			assert.Zero(t, m.steps.Load())
		})
	})
	t.Run("in the database", func(t *testing.T) {
		t.Parallel()
		detect.Fix(t, func() {
			ctx, leave := context.WithCancel(t.Context())
			m := mall{query: func(int64) { leave() }, price: cheap}
			client, end := m.open(t, (*Shop).Offer, Handler, true)
			defer end()
			_, err := visit(ctx, client, "")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, <-m.offered, context.Canceled)
			// The only connection is free, and so the endless query has ended.
			assert.NoError(t, m.shop.DB.PingContext(t.Context()))
			assert.Zero(t, m.shop.DB.Stats().InUse)
			assert.Empty(t, m.shop.Turns)
		})
	})
	t.Run("in the price server", func(t *testing.T) {
		t.Parallel()
		detect.Fix(t, func() {
			ctx, leave := context.WithCancel(t.Context())
			far := make(chan error, 1)
			m := mall{rows: 7, query: func(int64) {}, price: func(ctx context.Context) (int64, error) {
				leave()
				<-ctx.Done()
				far <- ctx.Err()
				return 0, ctx.Err()
			}}
			client, end := m.open(t, (*Shop).Offer, Handler, true)
			defer end()
			_, err := visit(ctx, client, "")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, <-m.offered, context.Canceled)
			require.ErrorIs(t, <-far, context.Canceled)
			assert.Empty(t, m.shop.Turns)
		})
	})
}

func TestShop_OfferPlainSend(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, leave := context.WithCancel(t.Context())
		m := mall{arrived: leave, query: func(int64) {}, price: cheap}
		client, end := m.open(t, (*Shop).OfferPlainSend, Handler, false)
		defer end()
		m.shop.Turns <- struct{}{} // somebody else's, never given back
		_, err := visit(ctx, client, "")
		require.ErrorIs(t, err, context.Canceled)
		<-m.told
	})
}

// The near-miss: where a turn is free, a send does not block.
func TestShop_OfferPlainSend_freeTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := mall{rows: 7, query: func(int64) {}, price: cheap}
		client, end := m.open(t, (*Shop).OfferPlainSend, Handler, true)
		defer end()
		text, err := visit(t.Context(), client, "")
		require.NoError(t, err)
		assert.Equal(t, "7 cup at 450 cents\n", text)
	})
}

// worksOn lets the client leave during the query, and shows that the query
// goes through all its rows and that meanwhile nobody gets a connection.
func worksOn(t *testing.T, variant method) {
	ctx, leave := context.WithCancel(t.Context())
	release := make(chan struct{})
	m := mall{rows: 500, price: cheap} // far more than 1,000 steps of SQLite
	m.query = func(step int64) {
		if step == 1 {
			leave()
			<-release
		}
	}
	client, end := m.open(t, variant, Handler, true)
	defer end()
	_, err := visit(ctx, client, "")
	require.ErrorIs(t, err, context.Canceled)
	<-m.told
	next, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = Units(next, m.shop.DB, "cup")
	assert.ErrorIs(t, err, context.DeadlineExceeded, "the next client waits in vain")
	close(release)
	assert.Error(t, <-m.offered, "of the next call, or of the transaction")
	assert.EqualValues(t, 500, m.steps.Load(), "all rows")
}

func TestShop_OfferQueryRow(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { worksOn(t, (*Shop).OfferQueryRow) })
}

func TestShop_OfferInTx(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { worksOn(t, (*Shop).OfferInTx) })
}

func TestShop_OfferBackground(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, leave := context.WithCancel(t.Context())
		m := mall{rows: 7, query: func(int64) {}}
		m.price = func(ctx context.Context) (int64, error) {
			leave()
			<-m.told
			assert.NoError(t, ctx.Err(), "nobody has told the price server")
			return 450, nil
		}
		client, end := m.open(t, (*Shop).OfferBackground, Handler, true)
		defer end()
		_, err := visit(ctx, client, "")
		require.ErrorIs(t, err, context.Canceled)
		assert.NoError(t, <-m.offered, "it has the price, for nobody")
	})
}

// untold lets the client leave after an upload.
func untold(t *testing.T, handler func(offer) http.Handler, body string, handlersEnd bool) *mall {
	ctx, leave := context.WithCancel(t.Context())
	m := &mall{arrived: leave}
	waits := func(_ *Shop, ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	client, end := m.open(t, waits, handler, handlersEnd)
	defer end()
	_, err := visit(ctx, client, body)
	require.ErrorIs(t, err, context.Canceled)
	return m
}

func TestAskFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { untold(t, AskFirst, "a picture of a cup", false) })
}

// The near-miss: without a body there is nothing unread.
func TestAskFirst_withoutBody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := untold(t, AskFirst, "", true)
		assert.ErrorIs(t, <-m.offered, context.Canceled)
	})
}

func TestHandler_isTold(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := untold(t, Handler, "a picture of a cup", true)
		assert.ErrorIs(t, <-m.offered, context.Canceled)
	})
}

func TestHandler_refusesALongBodyAndReportsAFailure(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]int{
		0:           http.StatusBadGateway,
		maxBody:     http.StatusBadGateway,
		maxBody + 1: http.StatusRequestEntityTooLarge,
	} {
		h := Handler(func(_ context.Context, sku string) (string, error) {
			assert.Equal(t, "cup", sku)
			return "", sql.ErrNoRows
		})
		w := httptest.NewRecorder()
		body := strings.NewReader(strings.Repeat("a", length))
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?sku=cup", body))
		assert.Equal(t, want, w.Code, "%d bytes", length)
	}
}

// A deadline travels with the RPC, and ends it even where no cancel arrives.
func TestCents_tellsTheFarSideItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		m := mall{price: func(ctx context.Context) (int64, error) {
			deadline, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, time.Minute, time.Until(deadline))
			return 450, nil
		}}
		_, end := m.open(t, nil, Handler, true)
		defer end()
		cents, err := Cents(ctx, m.shop.Prices, "cup")
		require.NoError(t, err)
		assert.EqualValues(t, 450, cents)
	})
}

func TestUnits_keepsAnErrorThatIsNotOfCtx(t *testing.T) {
	t.Parallel()
	m := mall{query: func(int64) {}, rows: 7}
	_, end := m.open(t, nil, Handler, true)
	defer end()
	_, err := Units(t.Context(), m.shop.DB, "no such article")
	assert.ErrorIs(t, err, sql.ErrNoRows)
}
