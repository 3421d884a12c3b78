package connectserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	connectv1 "connectrpc.com/connect"
	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

// askV1 calls a handler of v1 by a client of v1.
func askV1(t *testing.T, h http.Handler) error {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	c := connectv1.NewClient[userv1.GetUserRequest, userv1.User](s.Client(), s.URL+userv1connect.UserServiceGetUserProcedure)
	_, err := c.CallUnary(t.Context(), connectv1.NewRequest(anns))
	return err
}

// What the README's table says of v1.
func TestV1(t *testing.T) {
	t.Parallel()
	gone := connectv1.NewError(connectv1.CodeNotFound, errors.New("gone"))
	for name, c := range map[string]struct {
		find Find
		want string
	}{
		"a plain error":                 {fails(errDisk), "unknown: open /var/lib/users.db: disk full"},
		"its own error, wrapped":        {fails(fmt.Errorf("at db-3.internal: %w", gone)), "not_found: gone"},
		"another server's error":        {fails(askV1(t, GuideError(fails(gone)))), "not_found: gone"},
		"a panic ends the connection":   {func(context.Context, string) (*userv1.User, error) { panic("boom") }, "unavailable"},
		"nil, nil: a user without a id": {func(context.Context, string) (*userv1.User, error) { return nil, nil }, ""},
	} {
		err := askV1(t, GuideError(c.find))
		if c.want == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.ErrorContains(t, err, c.want, name)
	}
}

// And of v2 over HTTP, without an interceptor.
func TestV2(t *testing.T) {
	t.Parallel()
	gone := connect.NewError(connect.CodeNotFound, "gone")
	for name, c := range map[string]struct {
		find Find
		want connect.Code
		text string
	}{
		"its own error, wrapped": {fails(fmt.Errorf("at db-3.internal: %w", gone)), connect.CodeNotFound, "gone"},
		"another server's error": {fails(gone.WithRemote()), connect.CodeInternal, ""}, // see also TestForwardedError
		"a panic ends a stream":  {func(context.Context, string) (*userv1.User, error) { panic("boom") }, connect.CodeInternal, "INTERNAL_ERROR"},
	} {
		url, _, stop := counted(PlainError(c.find))
		t.Cleanup(stop)
		client, done := Remote(url)
		t.Cleanup(done)
		_, err := client.GetUser(t.Context(), anns)
		code, text := told(t, err)
		assert.Equal(t, c.want, code, name)
		assert.Contains(t, text, c.text, name)
		assert.NotContains(t, text, "boom", name)
	}
}
