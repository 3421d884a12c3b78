package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"connectrpc.com/connect/v2/connectproto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/status"

	"example.com/goguide/grpc/proto/shop/v1/shopv1connect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/shop/orders"
	"example.com/goguide/grpc/shop/store"
	"example.com/goguide/grpc/shop/users"
	rpcusers "example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answered is a server's table of errors, without the rest of package node.
func answered(table func(error) *status.Status) connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			err := next(ctx, spec, stream)
			if err == nil {
				return nil
			}
			s := table(err)
			answer := connect.NewError(connect.Code(s.GetCode()), s.GetMessage())
			for _, d := range s.GetDetails() {
				detail, derr := connectproto.NewErrorDetail(d)
				if derr != nil {
					return derr
				}
				answer = answer.WithDetail(detail)
			}
			return answer
		}
	}
}

// newShop returns all services in one process, and how to end them.
func newShop(t *testing.T) (h http.Handler, done func()) {
	t.Helper()
	us, err := users.Open(t.Context(), filepath.Join(t.TempDir(), "users.db"))
	require.NoError(t, err)
	usersRPC := connect.NewServer(answered(users.StatusOf))
	userv1connect.RegisterUserServiceHandler(usersRPC, users.NewService(us))
	shopv1connect.RegisterAccountServiceHandler(usersRPC, users.NewService(us))
	toUsers := connect.NewClient(connectinprocess.New(usersRPC))

	os, err := orders.Open(t.Context(), filepath.Join(t.TempDir(), "orders.db"))
	require.NoError(t, err)
	ordersRPC := connect.NewServer(answered(orders.StatusOf))
	shopv1connect.RegisterOrderServiceHandler(ordersRPC,
		orders.NewService(os, orders.Find(userv1connect.NewUserServiceClient(toUsers))))
	toOrders := connect.NewClient(connectinprocess.New(ordersRPC))

	edge := connect.NewServer(requestid.ConnectServer(), answered(StatusOf))
	Register(edge, Backends{
		Users:    userv1connect.NewUserServiceClient(toUsers),
		Accounts: shopv1connect.NewAccountServiceClient(toUsers),
		Orders:   shopv1connect.NewOrderServiceClient(toOrders),
	})
	return NewHandler(edge, WriteTime), func() { require.NoError(t, errors.Join(us.Close(), os.Close())) }
}

// send sends a request with headers as pairs.
func send(t *testing.T, h http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// field returns the text of one field of a JSON object.
func field(t *testing.T, body, name string) string {
	t.Helper()
	// protojson puts a blank at random behind the colon.
	_, rest, ok := strings.Cut(strings.ReplaceAll(body, `": "`, `":"`), `"`+name+`":"`)
	require.True(t, ok, "%s has no %s", body, name)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestHandler_servesTheShop(t *testing.T) {
	t.Parallel()
	h, done := newShop(t)
	defer done()
	made := send(t, h, "POST", "/users", `{"name":"Ann","age":30}`, requestid.Header, "from-ann")
	require.Equal(t, http.StatusCreated, made.Code, made.Body)
	assert.Equal(t, "from-ann", made.Header().Get(requestid.Header))
	ann := field(t, made.Body.String(), "id")
	got := send(t, h, "GET", "/users/"+ann, "")
	assert.JSONEq(t, made.Body.String(), got.Body.String())

	order := `{"userId":"` + ann + `","item":"cup","quantity":2}`
	first := send(t, h, "POST", "/orders", order, "Idempotency-Key", "1")
	require.Equal(t, http.StatusCreated, first.Code, first.Body)
	again := send(t, h, "POST", "/orders", order, "Idempotency-Key", "1")
	assert.JSONEq(t, first.Body.String(), again.Body.String())
	id := field(t, first.Body.String(), "id")
	kept := send(t, h, "GET", "/orders/"+id, "")
	assert.JSONEq(t, first.Body.String(), kept.Body.String())

	account := send(t, h, "GET", "/users/"+ann+"/account", "")
	assert.JSONEq(t, `{"userId":"`+ann+`","orders":0,"items":0}`, account.Body.String(), "no relay runs here")

	send(t, h, "POST", "/users", `{"name":"Bob","age":30}`)
	list := send(t, h, "GET", "/users", "")
	assert.Equal(t, http.StatusOK, list.Code)
	lines := strings.Split(strings.TrimSpace(list.Body.String()), "\n")
	require.Len(t, lines, 2)
	assert.Equal(t, "Ann", field(t, lines[0], "name"))
	assert.Equal(t, "Bob", field(t, lines[1], "name"))
}

func TestHandler_tellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	h, done := newShop(t)
	defer done()
	ann := field(t, send(t, h, "POST", "/users", `{"name":"Ann","age":30}`).Body.String(), "id")
	order := `{"userId":"` + ann + `","item":"cup","quantity":2}`
	send(t, h, "POST", "/orders", order, "Idempotency-Key", "1")
	for name, c := range map[string]struct {
		answer *httptest.ResponseRecorder
		status int
		says   string
	}{
		"a name twice":    {send(t, h, "POST", "/users", `{"name":"ann"}`), 409, "NAME_TAKEN"},
		"all flaws":       {send(t, h, "POST", "/users", `{"name":" ","age":-1}`), 400, `"age":"expected 0 to 150 years"`},
		"no user":         {send(t, h, "GET", "/users/x", ""), 404, "USER_NOT_FOUND"},
		"no order":        {send(t, h, "GET", "/orders/x", ""), 404, "ORDER_NOT_FOUND"},
		"no key":          {send(t, h, "POST", "/orders", order), 400, `"key":"expected 1 to 64`},
		"a key reused":    {send(t, h, "POST", "/orders", strings.Replace(order, `:2}`, `:3}`, 1), "Idempotency-Key", "1"), 422, "KEY_REUSED"},
		"an unknown user": {send(t, h, "POST", "/orders", `{"userId":"x","item":"cup","quantity":1}`, "Idempotency-Key", "2"), 400, `"user_id":"no such user"`},
		"no JSON":         {send(t, h, "POST", "/users", `{`), 400, "expected a JSON object"},
		"a strange field": {send(t, h, "POST", "/users", `{"name":"Bob","admin":true}`), 400, "expected a JSON object"},
		"another type":    {send(t, h, "POST", "/users", `{}`, "Content-Type", "text/plain"), 415, "application/json"},
		"too much":        {send(t, h, "POST", "/users", `{"name":"`+strings.Repeat("x", MaxBody)+`"}`), 413, "expected up to 65536 bytes"},
		"another method":  {send(t, h, "DELETE", "/users/x", ""), 405, ""},
	} {
		assert.Equal(t, c.status, c.answer.Code, name)
		assert.Contains(t, c.answer.Body.String(), c.says, name)
		if c.status != http.StatusMethodNotAllowed {
			assert.Equal(t, "application/problem+json", c.answer.Header().Get("Content-Type"), name)
		}
	}
}

// What a client is told is meant for it: no address, no text of another's bug.
func TestStatusOf(t *testing.T) {
	t.Parallel()
	const dial = "dial tcp 10.0.0.7:8080: connection refused"
	for _, c := range []struct {
		err  error
		code connect.Code
		text string
	}{
		{connect.NewError(connect.CodeUnavailable, dial), connect.CodeUnavailable, "a service is not available"},
		{connect.NewError(connect.CodeNotFound, "no such order").WithRemote(), connect.CodeNotFound, "no such order"},
		{connect.NewError(connect.CodeInternal, dial).WithRemote(), connect.CodeInternal, "internal error"},
		{connect.NewError(connect.CodeUnauthenticated, "expected the token").WithRemote(), connect.CodeInternal, "internal error"},
		{errors.New(dial), connect.CodeInternal, "internal error"},
		{io.ErrUnexpectedEOF, connect.CodeInternal, "internal error"},
	} {
		s := StatusOf(failure{c.err})
		assert.Equal(t, c.code.String(), connect.Code(s.GetCode()).String(), c.err)
		assert.Equal(t, c.text, s.GetMessage(), c.err)
	}
	assert.Equal(t, rpcusers.StatusOf(context.Canceled).String(), StatusOf(context.Canceled).String())
}

// Who has to wait is told how long, in whole seconds.
func TestProblem_saysWhenToComeBack(t *testing.T) {
	t.Parallel()
	away := connect.NewServer(answered(users.StatusOf))
	edge := connect.NewServer(answered(StatusOf))
	c := connect.NewClient(connectinprocess.New(away))
	userv1connect.RegisterUserServiceHandler(away, users.Service{Service: rpcusers.NewService(busy{})})
	Register(edge, Backends{
		userv1connect.NewUserServiceClient(c),
		shopv1connect.NewAccountServiceClient(c),
		shopv1connect.NewOrderServiceClient(c),
	})
	w := send(t, NewHandler(edge, 0), "GET", "/users/7", "")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
}

// busy is a store that does not answer.
type busy struct{ rpcusers.Store }

func (busy) Get(context.Context, string) (*userv1.User, error) { return nil, store.ErrBusy }

// An error that was long in the making is written all the same: the time to write
// begins with the write.
func TestHandler_writesWhatComesLate(t *testing.T) {
	t.Parallel()
	const writeTime = 500 * time.Millisecond
	rpc := connect.NewServer(answered(users.StatusOf))
	userv1connect.RegisterUserServiceHandler(rpc, users.Service{Service: rpcusers.NewService(slow{after: writeTime + writeTime/4})})
	server := httptest.NewServer(NewHandler(rpc, writeTime))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/users/7", http.NoBody)
	require.NoError(t, err)
	res, err := server.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
}

// slow is a store that finds nobody, after a time.
type slow struct {
	rpcusers.Store // which is nil: no other method is called

	after time.Duration
}

func (s slow) Get(ctx context.Context, _ string) (*userv1.User, error) {
	select {
	case <-time.After(s.after):
		return nil, rpcusers.ErrNotFound
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
