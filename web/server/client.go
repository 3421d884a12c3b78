package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// NewClient returns a client that waits for no server for ever. Make one and
// keep it: the connections that it reuses are its own. CloseIdleConnections
// ends it.
func NewClient() *http.Client {
	return &http.Client{
		// The whole exchange: connecting, redirects, reading the body. A
		// request's ctx may end it earlier, and should.
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			ForceAttemptHTTP2:   true, // off otherwise beside a DialContext
			TLSHandshakeTimeout: 5 * time.Second,
			// From the end of the request to the headers of the answer.
			ResponseHeaderTimeout: 10 * time.Second,
			// Less than the server's IdleTimeout: see New.
			IdleConnTimeout: time.Minute,
			// The default of 2 makes a busy client dial all day.
			MaxIdleConnsPerHost: 32,
			// A slow server gets no more at once; others wait their turn.
			MaxConnsPerHost:        128,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// Get returns the body that the server answers with, if the status is 200 and
// the body has no more than limit bytes, unpacked. For more the error is an
// [http.MaxBytesError].
//
// The body is read to its end whatever the status, so that the connection can
// be used again; one that is much too long is closed, with its connection.
func Get(
	ctx context.Context,
	c *http.Client,
	url string,
	limit int64,
) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, err // a url.Error, which says what was asked
	}
	defer func() { _ = resp.Body.Close() }() // nothing is lost: it was read
	body, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, limit))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", url, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("getting %s: status %s", url, resp.Status)
	}
	return body, nil
}
