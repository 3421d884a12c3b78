package contract

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectproto"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

// A Client is a library and a protocol.
type Client struct {
	name string
	dial func(s *session) (c caller, done func())
}

// A caller makes a call.
type caller func(ctx context.Context, r request) reply

// A request is a call of GetUser, CreateUser or ListUsers.
type request struct {
	get    *userv1.GetUserRequest
	create *userv1.CreateUserRequest // if get is nil
	list   *userv1.ListUsersRequest  // if both are
	method string                    // of another name, with the message get
	id     string                    // X-Request-ID
}

// A reply is what came of a call, whatever library made it.
type reply struct {
	user   *userv1.User
	users  []*userv1.User // of a stream, as many as came
	status *spb.Status    // code 0 is OK
	header http.Header
}

// GRPC returns the clients of a server that speaks gRPC only.
func GRPC() []Client {
	return []Client{
		{"grpc-go, gRPC", dialGRPC},
		{"connect-go, gRPC", dialConnect(connecthttp.WithGRPC())},
		{"connect-go, gRPC, gzip", dialConnect(connecthttp.WithGRPC(), connecthttp.WithSendGzip())},
	}
}

// All returns the clients of a server that speaks all protocols.
func All() []Client {
	return append(GRPC(),
		Client{"connect-go, gRPC-Web", dialConnect(connecthttp.WithGRPCWeb())},
		Client{"connect-go, Connect", dialConnect()},
		Client{"connect-go, Connect, gzip", dialConnect(connecthttp.WithSendGzip())},
		Client{"connect-go, Connect with JSON", dialConnect(connecthttp.WithProtoJSON())},
		Client{"connect-go, Connect by GET", dialConnect(connecthttp.WithHTTPGet())},
		Client{"connect-go, Connect over HTTP/1", dialConnectBy(false)},
		Client{"net/http, POST of JSON", dialHTTP(http.MethodPost, false)},
		Client{"net/http, GET of JSON", dialHTTP(http.MethodGet, true)},
	)
}

func (s *session) conn() (*grpc.ClientConn, error) {
	creds := insecure.NewCredentials()
	if s.tls != nil {
		creds = credentials.NewTLS(s.tls.Clone())
	}
	return grpc.NewClient(s.addr, grpc.WithTransportCredentials(creds))
}

func dialGRPC(s *session) (caller, func()) {
	conn, err := s.conn()
	if err != nil {
		panic(err) // an address that is none
	}
	client := userv1.NewUserServiceClient(conn)
	call := func(ctx context.Context, r request) reply {
		if r.id != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "x-request-id", r.id)
		}
		if r.list != nil {
			return listGRPC(ctx, client, r.list)
		}
		var got metadata.MD
		var user *userv1.User
		var err error
		switch {
		case r.method != "":
			err = conn.Invoke(ctx, "/user.v1.UserService/"+r.method, r.get, new(userv1.User))
		case r.get != nil:
			user, err = client.GetUser(ctx, r.get, grpc.Header(&got))
		default:
			user, err = client.CreateUser(ctx, r.create, grpc.Header(&got))
		}
		header := make(http.Header)
		for k, v := range got {
			header[http.CanonicalHeaderKey(k)] = v
		}
		return reply{user: user, status: status.Convert(err).Proto(), header: header}
	}
	return call, func() { _ = conn.Close() }
}

// all reads a stream to its end.
func all(receive func() (*userv1.User, error)) ([]*userv1.User, error) {
	var us []*userv1.User
	for {
		u, err := receive()
		if errors.Is(err, io.EOF) {
			return us, nil
		}
		if err != nil {
			return us, err
		}
		us = append(us, u)
	}
}

func listGRPC(ctx context.Context, c userv1.UserServiceClient, r *userv1.ListUsersRequest) reply {
	s, err := c.ListUsers(ctx, r)
	if err != nil {
		return reply{status: status.Convert(err).Proto()}
	}
	us, err := all(s.Recv)
	return reply{users: us, status: status.Convert(err).Proto()}
}

func listConnect(ctx context.Context, c userv1connect.UserServiceClient, r *userv1.ListUsersRequest) reply {
	s, err := c.ListUsers(ctx, r)
	if err != nil {
		return reply{status: ofConnect(err)}
	}
	defer func() { _ = s.Close() }()
	us, err := all(s.Receive)
	return reply{users: us, status: ofConnect(err)}
}

func dialConnect(options ...connecthttp.Option) func(*session) (caller, func()) {
	return dialConnectBy(true, options...)
}

// dialConnectBy speaks HTTP/2, or else HTTP/1.
func dialConnectBy(http2 bool, options ...connecthttp.Option) func(*session) (caller, func()) {
	return func(s *session) (caller, func()) {
		h, done := s.http(http2)
		conn := connect.NewClient(connecthttp.NewTransport(h, s.url(), options...))
		client := userv1connect.NewUserServiceClient(conn)
		call := func(ctx context.Context, r request) reply {
			ctx, info := connect.NewClientContext(ctx)
			if r.id != "" {
				info.RequestHeader().Set("X-Request-ID", r.id)
			}
			if r.list != nil {
				return listConnect(ctx, client, r.list)
			}
			var user *userv1.User
			var err error
			switch {
			case r.method != "":
				err = conn.CallUnary(ctx, connect.Spec{Procedure: "/user.v1.UserService/" + r.method}, r.get, new(userv1.User))
			case r.get != nil:
				user, err = client.GetUser(ctx, r.get)
			default:
				user, err = client.CreateUser(ctx, r.create)
			}
			header := make(http.Header)
			maps.Insert(header, info.ResponseHeader().All())
			return reply{user: user, status: ofConnect(err), header: header}
		}
		return call, done
	}
}

func ofConnect(err error) *spb.Status {
	if err == nil {
		return nil
	}
	s := &spb.Status{Code: int32(connect.CodeOf(err)), Message: err.Error()} //nolint:gosec // up to 16
	if e, ok := errors.AsType[*connect.Error](err); ok {
		s.Message = e.Message()
		for _, d := range e.Details() {
			s.Details = append(s.Details, connectproto.ErrorDetailToAny(d))
		}
	}
	return s
}
