package logging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/told"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestLogsRequest(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b book
		unary(LogsRequest(b.Slog()))(t.Context(), t, returns(nil), false)
		assert.Contains(t, b.String(), "ann@example.com")
	})
}

func TestLogsMetadata(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b book
		unary(LogsMetadata(b.Slog()))(t.Context(), t, returns(nil), false)
		assert.Contains(t, b.String(), "hunter2")
	})
}

// The near-miss: what is named, and says nothing of anybody.
func TestAdd_whatIsNamed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		correctGRPC(b.Slog())(t.Context(), t, func(ctx context.Context) error {
			Add(ctx, slog.Int("rows", 3))
			return nil
		}, false)
		assert.Contains(t, b.String(), `"rows":3`)
		assert.NotContains(t, b.String(), "ann@example.com")
		assert.NotContains(t, b.String(), "hunter2")
	})
}

func TestAllErrors(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b book
		unary(AllErrors(b.Slog()))(t.Context(), t, returns(status.Error(codes.NotFound, "no such user")), false)
		assert.Contains(t, b.String(), `"level":"ERROR"`)
	})
}

// The near-miss: an error of its own.
func TestAllErrors_ofItsOwn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		unary(AllErrors(b.Slog()))(t.Context(), t, returns(status.Error(codes.Internal, "")), false)
		assert.Contains(t, b.String(), `"level":"ERROR"`)
	})
}

// The text of a caller's mistake may quote the request.
func TestLevel_ofACallersMistake(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		correctGRPC(b.Slog())(t.Context(), t, returns(status.Error(codes.InvalidArgument, "ann@ is no address")), false)
		assert.Contains(t, b.String(), `"level":"INFO"`)
		assert.NotContains(t, b.String(), "ann@")
	})
}

var errDisk = errors.New("disk full")

func TestEachLayer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b book
		log := b.Slog()
		correctGRPC(log)(t.Context(), t, func(ctx context.Context) error {
			_, err := EachLayer(ctx, log, "7", func(ctx context.Context, id string) (*userv1.User, error) {
				return EachLayer(ctx, log, id, func(context.Context, string) (*userv1.User, error) { return nil, errDisk })
			})
			return err
		}, false)
		assert.Equal(t, 3, strings.Count(b.String(), `disk full"`), b.String())
	})
}

// The near-miss: where nothing fails it logs nothing.
func TestEachLayer_found(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b book
		u, err := EachLayer(t.Context(), b.Slog(), "7", func(_ context.Context, id string) (*userv1.User, error) {
			return &userv1.User{Id: id}, nil
		})
		require.NoError(t, err)
		assert.Equal(t, "7", u.GetId())
		assert.Empty(t, b.String())
	})
}

// A layer that adds what it knows, and an error that has it once.
func TestAdd_isOneLine(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, by := range libraries {
			var b book
			by(b.Slog())(t.Context(), t, func(ctx context.Context) error {
				Add(ctx, slog.String("replica", "3"))
				return errDisk
			}, false)
			lines := b.lines(t)
			require.Len(t, lines, 1)
			assert.Equal(t, "ERROR", lines[0]["level"])
			assert.Equal(t, "Unknown", lines[0]["code"])
			assert.Equal(t, "disk full", lines[0]["error"])
			assert.Equal(t, "3", lines[0]["replica"])
		}
		Add(t.Context(), slog.Int("rows", 3)) // no call, no line
	})
}

// All that the line says, of calls and of streams, in virtual time.
func TestCall_isOneLine(t *testing.T) {
	t.Parallel()
	peers := map[string]string{"connect": "", "grpc-go": "pipe"} // within the process there is none
	for library, by := range libraries {
		for method, stream := range map[string]bool{"GetUser": false, "ListUsers": true} {
			t.Run(library+"/"+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var b book
					by(b.Slog())(t.Context(), t, func(context.Context) error {
						time.Sleep(3 * time.Second)
						return nil
					}, stream)
					synctest.Wait()
					assert.Equal(t, []map[string]any{{
						"level": "INFO", "msg": "call", "method": "/user.v1.UserService/" + method, "code": "OK",
						"duration": 3e9, "peer": peers[library], "request_id": "9f-1",
					}}, b.lines(t))
				})
			})
		}
	}
}

// The code is the one that the client is told.
func TestCall_hasTheClientsCode(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		nil, errDisk, context.DeadlineExceeded, context.Canceled,
		status.Error(codes.NotFound, ""), fmt.Errorf("finding: %w", status.Error(codes.NotFound, "")),
		connect.NewError(connect.CodeNotFound, ""), fmt.Errorf("finding: %w", connect.NewError(connect.CodeNotFound, "")),
		connect.NewError(connect.CodeNotFound, "").WithRemote(),
	} {
		for library, by := range libraries {
			var b book
			code := by(b.Slog())(t.Context(), t, returns(err), false)
			assert.Equal(t, code.String(), b.lines(t)[0]["code"], "%s: %v", library, err)
		}
	}
}

// A panic has its line too, and goes on.
func TestCall_ofAPanic(t *testing.T) {
	t.Parallel()
	var b book
	assert.PanicsWithValue(t, "boom", func() {
		_ = call(t.Context(), b.Slog(), "/m", "", told.GRPC, func(context.Context) error { panic("boom") })
	})
	lines := b.lines(t)
	require.Len(t, lines, 1)
	assert.Equal(t, "ERROR", lines[0]["level"])
	assert.Equal(t, "Internal", lines[0]["code"])
}
