package metadata

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/slogtest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain leaves the time out.
func plain(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func textHandler(out *bytes.Buffer) slog.Handler {
	return slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: plain})
}

func TestMiddleware_reachesTheLogAndTheClient(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var out bytes.Buffer
		log := slog.New(LogHandler{textHandler(&out)})
		h := Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithCancel(r.Context()) // derived: it is still there
			defer cancel()
			log.With("step", 1).InfoContext(ctx, "loaded")
			log.WithGroup("order").InfoContext(ctx, "priced", "cents", 450)
			log.Info("no ctx")
		}), func(r *http.Request) Info { return Info{RequestID: "r7", User: r.Header.Get("User")} })
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("User", "ana")
		h.ServeHTTP(w, r)
		assert.Equal(t, "r7", w.Header().Get("X-Request-ID"))
		assert.Equal(t, `level=INFO msg=loaded step=1 request=r7 user=ana
level=INFO msg=priced order.cents=450 order.request=r7 order.user=ana
level=INFO msg="no ctx"
`, out.String())
	})
}

// slogtest holds LogHandler to the rules for handlers.
func TestLogHandler_isAHandler(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return LogHandler{slog.NewJSONHandler(&out, nil)}
	}, func(t *testing.T) map[string]any {
		var line map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &line))
		return line
	})
}

func TestLogHandler_Enabled_asksTheNext(t *testing.T) {
	t.Parallel()
	h := LogHandler{slog.NewTextHandler(&bytes.Buffer{}, nil)}
	assert.False(t, h.Enabled(t.Context(), slog.LevelDebug))
	assert.True(t, h.Enabled(t.Context(), slog.LevelInfo))
}

// A record of many attributes keeps some in a slice, which copies share. slog
// marks one that was changed through two copies with an attribute !BUG.
func TestLogHandler_leavesTheRecordAlone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := With(t.Context(), Info{RequestID: "r7"})
		var r slog.Record
		for range 10 {
			r.AddAttrs(slog.Int("n", 1))
		}
		var first, second bytes.Buffer
		for _, out := range []*bytes.Buffer{&first, &second} {
			require.NoError(t, LogHandler{textHandler(out)}.Handle(ctx, r))
		}
		assert.Equal(t, first.String(), second.String())
	})
}

func TestFrom_tellsWhetherThereIsOne(t *testing.T) {
	t.Parallel()
	_, ok := From(t.Context())
	assert.False(t, ok)
	outer := With(t.Context(), Info{RequestID: "r7"})
	inner := With(outer, Info{RequestID: "r8"})
	info, ok := From(inner)
	assert.True(t, ok)
	assert.Equal(t, "r8", info.RequestID)
	info, _ = From(outer)
	assert.Equal(t, "r7", info.RequestID, "a ctx does not change")
}

func TestEmbeddedHandler_Handle(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var out bytes.Buffer
		log := slog.New(EmbeddedHandler{textHandler(&out)})
		ctx := With(t.Context(), Info{RequestID: "r7"})
		log.InfoContext(ctx, "before")
		log.With("step", 1).InfoContext(ctx, "after")
		assert.Equal(t, "level=INFO msg=before request=r7\nlevel=INFO msg=after step=1\n", out.String())
	})
}

// The near-miss: what is given to each call needs no new handler.
func TestEmbeddedHandler_Handle_withoutWith(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var out bytes.Buffer
		log := slog.New(EmbeddedHandler{textHandler(&out)})
		log.InfoContext(With(t.Context(), Info{RequestID: "r7"}), "after", "step", 1)
		assert.Equal(t, "level=INFO msg=after step=1 request=r7\n", out.String())
	})
}

var (
	anas = Order{"ana", 450}
	bobs = Order{"bob", 700}
)

func TestListOrders(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		seen := ListOrders(t.Context(), []Order{anas, bobs}) // the nightly export of ana
		assert.Equal(t, []Order{anas, bobs}, seen)
	})
}

// The near-miss: every path that a test takes has a tenant.
func TestListOrders_withTenant(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		seen := ListOrders(forTenant(t.Context(), "ana"), []Order{anas, bobs})
		assert.Equal(t, []Order{anas}, seen)
	})
}

func TestOrders_areOfOneTenant(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for tenant, want := range map[string][]Order{"ana": {anas}, "bob": {bobs}, "": nil} {
			seen, err := Orders(t.Context(), []Order{anas, bobs}, tenant)
			require.NoError(t, err)
			assert.Equal(t, want, seen)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Orders(ctx, []Order{anas}, "ana")
		assert.ErrorIs(t, err, context.Canceled)
	})
}

var errOverdrawn = errors.New("overdrawn")

// bank keeps balances; nobody may have less than nothing.
type bank map[string]int

func (b bank) Add(_ context.Context, account string, cents int) error {
	if b[account]+cents < 0 {
		return errOverdrawn
	}
	b[account] += cents
	return nil
}

func (b bank) InTx(_ context.Context, f func(Accounts) error) error {
	tx := snapshot{bank: b, changes: bank{}}
	if err := f(tx); err != nil {
		return err
	}
	for account, cents := range tx.changes {
		b[account] += cents
	}
	return nil
}

// snapshot is a transaction.
type snapshot struct{ bank, changes bank }

func (s snapshot) Add(_ context.Context, account string, cents int) error {
	if s.bank[account]+s.changes[account]+cents < 0 {
		return errOverdrawn
	}
	s.changes[account] += cents
	return nil
}

var errDisk = errors.New("disk full")

// broken is a bank that cannot commit.
type broken struct{ bank }

func (b broken) InTx(_ context.Context, f func(Accounts) error) error {
	return errors.Join(f(snapshot{bank: b.bank, changes: bank{}}), errDisk)
}

func TestTransferByValue(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		b := bank{"ana": 100}
		require.ErrorIs(t, TransferByValue(t.Context(), b, "ana", "bob", 450), errOverdrawn)
		assert.Equal(t, bank{"ana": 100, "bob": 450}, b, "450 cents out of nothing")
	})
}

// The near-miss: as long as nothing is rolled back, nobody sees it.
func TestTransferByValue_noRollback(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		b := bank{"ana": 500}
		require.NoError(t, TransferByValue(t.Context(), b, "ana", "bob", 450))
		assert.Equal(t, bank{"ana": 50, "bob": 450}, b)
	})
}

func TestTransfer_isAllOrNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		b := bank{"ana": 500}
		require.NoError(t, Transfer(t.Context(), b, "ana", "bob", 450))
		require.Equal(t, bank{"ana": 50, "bob": 450}, b)
		before := maps.Clone(b)
		require.ErrorIs(t, Transfer(t.Context(), b, "ana", "bob", 450), errOverdrawn)
		require.Equal(t, before, b)
		require.ErrorIs(t, Transfer(t.Context(), broken{b}, "ana", "bob", 10), errDisk)
		assert.Equal(t, before, b)
	})
}

func size(_ context.Context, part string) int { return len(part) }

func TestNoteSizes(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, notes := withNotes(t.Context())
		NoteSizes(ctx, []string{"header", "body", "footer"}, size)
		assert.Subset(t, map[string]int{"header": 6, "body": 4, "footer": 6}, notes)
	})
}

// The near-miss: with one part there is one writer.
func TestNoteSizes_onePart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, notes := withNotes(t.Context())
		NoteSizes(ctx, []string{"body"}, size)
		assert.Equal(t, map[string]int{"body": 4}, notes)
	})
}

func TestSizes_areInOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		// The last part is loaded first.
		last := make(chan struct{})
		sizes := Sizes(t.Context(), []string{"header", "menu", "end"}, func(ctx context.Context, part string) int {
			if part == "end" {
				close(last)
			}
			<-last
			return size(ctx, part)
		})
		assert.Equal(t, []int{6, 4, 3}, sizes)
		assert.Empty(t, Sizes(t.Context(), nil, nil))
	})
}
