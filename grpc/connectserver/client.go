package connectserver

import (
	"net/http"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"

	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

// Remote returns a client of the server at url, for the life of the process: its
// calls share one connection, by HTTP/2 without TLS where url says http. Done
// closes it when no call runs. A call takes as long as its ctx lets it.
func Remote(
	url string,
	options ...connecthttp.Option,
) (client userv1connect.UserServiceClient, done func()) {
	t := &http.Transport{
		Protocols: h2c(),
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: time.Minute, // a server that vanished is noticed
			PingTimeout:     15 * time.Second,
		},
	}
	h := &http.Client{Transport: t}
	c := connect.NewClient(connecthttp.NewTransport(h, url, options...))
	return userv1connect.NewUserServiceClient(c), t.CloseIdleConnections
}

// h2c returns HTTP/2 with TLS and without. HTTP/1 must not be among them, or a
// Transport takes that where there is no TLS.
func h2c() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return p
}
