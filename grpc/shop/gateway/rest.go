package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/proto/shop/v1/shopv1connect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/requestid"
)

// Limits of one request.
const (
	MaxBody   = 64 << 10 // bytes
	ReadTime  = 10 * time.Second
	WriteTime = 5 * time.Second
)

// A Handler serves HTTP.
type Handler struct {
	users    userv1connect.UserServiceClient
	accounts shopv1connect.AccountServiceClient
	orders   shopv1connect.OrderServiceClient
	// writeTime is WriteTime, or 0 for no limit.
	writeTime time.Duration
}

// NewHandler returns a handler that calls rpc, which [Register] has filled.
// WriteTime is how long one write may take, and 0 is as long as it takes.
func NewHandler(rpc *connect.Server, writeTime time.Duration) http.Handler {
	c := connect.NewClient(connectinprocess.New(rpc))
	h := Handler{
		userv1connect.NewUserServiceClient(c),
		shopv1connect.NewAccountServiceClient(c),
		shopv1connect.NewOrderServiceClient(c),
		writeTime,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /users", one(h, http.StatusCreated, h.users.CreateUser,
		func(r *http.Request) (*userv1.CreateUserRequest, error) {
			m := new(userv1.CreateUserRequest)
			return m, body(r, m)
		}))
	mux.HandleFunc("GET /users/{id}", one(h, http.StatusOK, h.users.GetUser,
		func(r *http.Request) (*userv1.GetUserRequest, error) {
			return &userv1.GetUserRequest{Id: r.PathValue("id")}, nil
		}))
	mux.HandleFunc("GET /users/{id}/account", one(h, http.StatusOK, h.accounts.GetAccount,
		func(r *http.Request) (*shopv1.GetAccountRequest, error) {
			return &shopv1.GetAccountRequest{UserId: r.PathValue("id")}, nil
		}))
	mux.HandleFunc("POST /orders", one(h, http.StatusCreated, h.orders.PlaceOrder,
		func(r *http.Request) (*shopv1.PlaceOrderRequest, error) {
			m := new(shopv1.PlaceOrderRequest)
			err := body(r, m)
			m.Key = r.Header.Get("Idempotency-Key")
			return m, err
		}))
	mux.HandleFunc("GET /orders/{id}", one(h, http.StatusOK, h.orders.GetOrder,
		func(r *http.Request) (*shopv1.GetOrderRequest, error) {
			return &shopv1.GetOrderRequest{Id: r.PathValue("id")}, nil
		}))
	mux.HandleFunc("GET /users", h.list)
	return mux
}

type caller struct{}

// Caller returns the address that a request has come from, without its port, for
// the limit. Behind a proxy that is the proxy's: take what that one says then,
// and nobody else.
func Caller(ctx context.Context) string {
	host, _ := ctx.Value(caller{}).(string)
	return host
}

// call returns the ctx of a call for a request.
func call(r *http.Request) (context.Context, *connect.CallInfo) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ctx, info := connect.NewClientContext(context.WithValue(r.Context(), caller{}, host))
	if id := r.Header.Get(requestid.Header); id != "" {
		info.RequestHeader().Set(requestid.Header, id)
	}
	return ctx, info
}

// mayWrite gives the next write its time. It counts from now on: an answer that
// was long in the making has as much as any.
func (h Handler) mayWrite(w http.ResponseWriter) {
	if h.writeTime > 0 {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(h.writeTime)) // a test's recorder has none
	}
}

// mayRead gives the body its time. It goes on when the handler has ended, for
// net/http then reads what is left of a body that nobody wanted; and it ends a
// call that takes longer.
func mayRead(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(ReadTime)) // likewise
}

// one returns a handler that makes a message of a request, calls with it, and
// sends the answer under a status.
func one[Req, Res proto.Message](
	h Handler,
	status int,
	do func(context.Context, Req) (Res, error),
	read func(*http.Request) (Req, error),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, info := call(r)
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		mayRead(w)
		req, err := read(r)
		if err != nil {
			h.problem(w, "", err)
			return
		}
		res, err := do(ctx, req) //nolint:contextcheck // it is of r's
		id := info.ResponseHeader().Get(requestid.Header)
		if err != nil {
			h.problem(w, id, err)
			return
		}
		b, err := json.Marshal(res)
		if err != nil {
			h.problem(w, id, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set(requestid.Header, id)
		h.mayWrite(w)
		w.WriteHeader(status)
		_, _ = w.Write(append(b, '\n')) // fails for who has left
	}
}

// json writes zeros too: an account without orders has 0 of them.
var json = protojson.MarshalOptions{EmitUnpopulated: true}

// body reads the one message that a body has.
func body(r *http.Request, m proto.Message) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return badBody{http.StatusUnsupportedMediaType, "expected Content-Type: application/json"}
	}
	b, err := io.ReadAll(r.Body)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return badBody{http.StatusRequestEntityTooLarge, fmt.Sprintf("expected up to %d bytes", MaxBody)}
	}
	if err != nil {
		return badBody{http.StatusBadRequest, "the body did not come whole"}
	}
	if err := protojson.Unmarshal(b, m); err != nil {
		return badBody{http.StatusBadRequest, "expected a JSON object with the fields of this request"}
	}
	return nil
}

// list sends users as they come.
func (h Handler) list(w http.ResponseWriter, r *http.Request) {
	defer mayRead(w) // not before: a list may take longer
	ctx, _ := call(r)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := h.users.ListUsers(ctx, new(userv1.ListUsersRequest)) //nolint:contextcheck // it is of r's
	if err != nil {
		h.problem(w, "", err)
		return
	}
	defer func() { _ = stream.Close() }()
	for sent := false; ; sent = true {
		u, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil && !sent {
			h.problem(w, "", err)
			return
		}
		if err != nil {
			// The status is out, so only the connection can say that this is
			// not all.
			panic(http.ErrAbortHandler)
		}
		b, err := json.Marshal(u)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/jsonl")
		h.mayWrite(w)
		if _, err := w.Write(append(b, '\n')); err != nil {
			return // nobody reads
		}
	}
}
