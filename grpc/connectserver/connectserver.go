// Package connectserver is the users service by connect-go: an http.Handler that
// speaks gRPC, gRPC-Web and Connect's own protocol, which is plain HTTP: POST
// with JSON or protobuf, and GET for a method without side effects. It belongs
// to part 9.3 of the guide.
//
// # Version 1 or 2
//
// This is connect-go v2 (October 2026). The guide shows v1, which stays
// supported and is what runs in most places. There each message is wrapped:
//
//	func (s *server) GetUser(
//		ctx context.Context,
//		req *connect.Request[userv1.GetUserRequest],
//	) (*connect.Response[userv1.User], error) {
//		req.Header().Get("X-Request-ID")
//		res := connect.NewResponse(&userv1.User{Id: req.Msg.Id})
//		res.Header().Set("ETag", tag)
//		return res, nil
//	}
//
//	mux.Handle(userv1connect.NewUserServiceHandler(&server{},
//		connect.WithInterceptors(…)))
//
// In v2 a method has the signature that grpc-go gives it, so one Service is
// registered with both libraries; metadata is in the ctx ([connect.CallInfo]).
// What else speaks for v2 was tried here: a transport within the process, so
// that a test of a deadline runs in a synctest bubble in no time; interceptors
// that see a call before its message is read; a limit to messages (4 MiB) where
// v1 has none; and an error that is no *connect.Error never shows its text to a
// client ([GuideError] is v1's). For v1 speak its age, and grpchealth, which has no
// v2 yet and stands here as v1 beside the rest.
//
// # What to write
//
// One interceptor that turns errors into *connect.Error from a table, and panics
// too. Limits on messages, headers, idle and silent connections: neither
// net/http nor connect sets all of them. WithCompressMinBytes: by default even
// an answer of 34 bytes is compressed for a client that accepts gzip, and Go's
// clients do.
//
// # What finds it
//
// Most of what goes wrong here is a wrong answer, and only a test that looks at
// the code, the text and the details of an error sees it. The linter contextcheck
// reports a ctx that is dropped ([BackgroundContext]). The transport within the
// process makes that a hang, which synctest, the goroutineleak profile and the
// runtime's deadlock check see: there a method runs on its caller's goroutine,
// where over HTTP the caller would leave and the work go on. A Transport for each
// call leaks nothing that goleak finds when the server ends with the test; a test
// that counts connections does.
package connectserver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectproto"
	"connectrpc.com/grpchealth"
	"connectrpc.com/grpcreflect/v2"

	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

// compressFrom is the size, in bytes, from which an answer is compressed.
// Below it, gzip costs more CPU than all the rest of a call.
const compressFrom = 1 << 10

// A Server serves the users API.
type Server struct {
	http   http.Server
	health *grpchealth.StaticChecker
}

// New returns a server. Interceptors go around all that it does with a call
// (package chain has them); the first is the outermost. It says SERVING until
// [Server.SetServing] or [Server.Shutdown].
func New(c users.Config, around ...connect.ServerInterceptor) *Server {
	rpc := NewRPC(c, around...)
	grpcreflect.Register(rpc)
	mux := mounted(rpc)
	s := &Server{
		health: grpchealth.NewStaticChecker(userv1connect.UserServiceName),
	}
	mux.Handle(grpchealth.NewHandler(s.health))

	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(c.TLS != nil)
	protocols.SetUnencryptedHTTP2(c.TLS == nil)
	s.http = http.Server{
		Handler:           mux,
		Protocols:         protocols,
		TLSConfig:         c.TLS.Clone(), // net/http adds h2 to it
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		// No ReadTimeout and no WriteTimeout: they would end streams too. What
		// bounds a call is its own deadline.
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 250,
			SendPingTimeout:      time.Minute, // notices a peer that vanished
			PingTimeout:          15 * time.Second,
		},
	}
	return s
}

// NewRPC returns the service without HTTP, for connectinprocess and tests.
func NewRPC(c users.Config, around ...connect.ServerInterceptor) *connect.Server {
	rpc := connect.NewServer(append(slices.Clip(around), answered(c.Log))...)
	userv1connect.RegisterUserServiceHandler(rpc,
		service{Service: users.NewService(c.Store)})
	return rpc
}

func mounted(rpc *connect.Server) *http.ServeMux {
	mux := http.NewServeMux()
	connecthttp.Mount(mux, rpc,
		connecthttp.WithReadMaxBytes(users.MaxMessage),
		connecthttp.WithCompressMinBytes(compressFrom))
	return mux
}

// Serve serves until Shutdown, after which it returns nil. It closes l.
func (s *Server) Serve(l net.Listener) error {
	var err error
	if s.http.TLSConfig != nil {
		err = s.http.ServeTLS(l, "", "")
	} else {
		err = s.http.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Shutdown says NOT_SERVING, takes no more connections and waits for the calls
// that run, until ctx ends: then it returns ctx's error and leaves them.
func (s *Server) Shutdown(ctx context.Context) error {
	s.SetServing(false)
	return s.http.Shutdown(ctx)
}

// SetServing sets what the health check says, of the service and of the whole.
func (s *Server) SetServing(serving bool) {
	status := grpchealth.StatusNotServing
	if serving {
		status = grpchealth.StatusServing
	}
	s.health.SetStatus("", status)
	s.health.SetStatus(userv1connect.UserServiceName, status)
}

// answered makes of each error, and of a panic, what the client may know of it,
// and tells the log the rest.
func answered(log *slog.Logger) connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(
			ctx context.Context,
			spec connect.Spec,
			stream connect.ServerStream,
		) (err error) {
			defer func() {
				if p := recover(); p != nil {
					log.ErrorContext(ctx, "panic", "method", spec.Procedure,
						"value", p, "stack", string(debug.Stack()))
					err = connect.NewError(
						connect.CodeInternal, "internal error")
				}
			}()
			err = next(ctx, spec, stream)
			if err == nil {
				return nil
			}
			own, ok := errors.AsType[*connect.Error](err)
			if ok && !own.IsRemote() {
				return err // of connect itself: it could not read the message
			}
			s := users.StatusOf(err)
			if users.Hidden(s) {
				log.ErrorContext(ctx, "call failed",
					"method", spec.Procedure, "error", err)
			}
			code := connect.Code(s.GetCode())
			answer := connect.NewError(code, s.GetMessage()).WithCause(err)
			for _, d := range s.GetDetails() {
				if detail, derr := connectproto.NewErrorDetail(d); derr == nil {
					answer = answer.WithDetail(detail)
				}
			}
			return answer
		}
	}
}
