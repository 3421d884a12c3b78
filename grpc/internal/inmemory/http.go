package inmemory

import (
	"net/http"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

// ConnectHTTP serves by connect-go over HTTP/2, in Connect's own protocol unless
// an option says otherwise. It has the wire that [Connect] has not.
func ConnectHTTP(
	m Methods,
	server []connect.ServerInterceptor,
	options []connecthttp.Option,
	client ...connect.ClientInterceptor,
) Client {
	rpc := connect.NewServer(server...)
	userv1connect.RegisterUserServiceHandler(rpc, connectHandler{m: m})
	mux := http.NewServeMux()
	connecthttp.Mount(mux, rpc)
	h2c := new(http.Protocols)
	h2c.SetUnencryptedHTTP2(true)
	s := &http.Server{Handler: mux, Protocols: h2c} //nolint:gosec // nobody is slow here
	l := memnet.Listen()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l) // http.ErrServerClosed
	}()
	t := &http.Transport{Protocols: h2c, DialContext: l.Dial}
	c := connect.NewClient(connecthttp.NewTransport(&http.Client{Transport: t}, "http://memory", options...), client...)
	return Client{
		Methods: ofConnect(userv1connect.NewUserServiceClient(c)),
		Close: func() {
			t.CloseIdleConnections()
			_ = s.Close()
			<-served
		},
	}
}
