package contract

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/users"
)

var rules = []rule{
	{"what is created can be got", created, nil},
	{"what is created is listed, in that order", inOrder, nil},
	{"calls do not mix", concurrent, nil},
	{"a request's id comes back, and one without an id gets one", identified, nil},
	{"INVALID_ARGUMENT: all flaws at once, by field", invalid, nil},
	{"NOT_FOUND: with a reason", notFound, nil},
	{"ALREADY_EXISTS: with a reason", taken, nil},
	{"UNAVAILABLE: and when to try again", unavailable, nil},
	{"INTERNAL: an error tells the log, not the client", internal, nil},
	{"INTERNAL: another service's error is not this one's", ofPeer, nil},
	{"INTERNAL: a panic ends one call", panicking, nil},
	{"INTERNAL: what goes wrong in a stream, after what was sent", streamFailing, nil},
	{"UNIMPLEMENTED: what is not there", notThere, nil},
	{"RESOURCE_EXHAUSTED: a message that is too large", tooLarge, nil},
	{"DEADLINE_EXCEEDED: the caller's time is the store's", deadline, nil},
	{"CANCELLED: a caller who leaves ends the work", cancelled, nil},
	{"CANCELLED: and a stream", streamCancelled, nil},
	{"health says what it is told", nil, health},
	{"reflection tells the service and its file", nil, reflected},
}

// serial makes names that nobody else has.
var serial atomic.Int64

func name() string { return fmt.Sprint("user ", serial.Add(1)) }

func get(id string) request {
	return request{get: &userv1.GetUserRequest{Id: id}}
}

func create(name string, age int32) request {
	return request{create: &userv1.CreateUserRequest{Name: name, Age: age}}
}

func list(pageSize int32) request {
	return request{list: &userv1.ListUsersRequest{PageSize: pageSize}}
}

// made creates a user.
func made(t require.TestingT, c caller, name string, age int32) *userv1.User {
	r := c(context.Background(), create(name, age))
	require.Equal(t, "OK", codeOf(r), r.status.GetMessage())
	return r.user
}

func codeOf(r reply) string { return code.Code(r.status.GetCode()).String() }

// failed checks what a client is told of an error, and returns its one detail.
func failed(t require.TestingT, r reply, code, text string) any {
	require.Equal(t, code, codeOf(r), r.status.GetMessage())
	assert.Equal(t, text, r.status.GetMessage())
	d := details(r.status)
	if len(d) == 0 {
		return nil
	}
	require.Len(t, d, 1)
	return d[0]
}

func created(t require.TestingT, _ *session, c caller) {
	n := name()
	u := made(t, c, n, 150)
	assert.Equal(t, n, u.GetName())
	assert.Equal(t, int32(150), u.GetAge())
	r := c(context.Background(), get(u.GetId()))
	require.Equal(t, "OK", codeOf(r), r.status.GetMessage())
	assert.Equal(t, u.String(), r.user.String())
	zoe := made(t, c, "Zoë 🦊 <b>&amp;+%20</b> "+n, 0)
	assert.Equal(t, zoe.String(), c(context.Background(), get(zoe.GetId())).user.String())
}

func inOrder(t require.TestingT, _ *session, c caller) {
	var want []string
	for i := range int32(5) {
		want = append(want, made(t, c, name(), i).String())
	}
	for _, pageSize := range []int32{0, 1, 2, 5, users.MaxPage} {
		r := c(context.Background(), list(pageSize))
		require.Equal(t, "OK", codeOf(r), r.status.GetMessage())
		require.GreaterOrEqual(t, len(r.users), len(want), "other clients have made theirs")
		for i, u := range r.users[len(r.users)-len(want):] {
			assert.Equal(t, want[i], u.String(), "by pages of %d", pageSize)
		}
	}
}

func concurrent(t require.TestingT, _ *session, c caller) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			n := name()
			r := c(context.Background(), create(n, 1))
			for range 3 {
				u := c(context.Background(), get(r.user.GetId())).user
				assert.Equal(t, n, u.GetName())
			}
		})
	}
	wg.Wait()
}

func identified(t require.TestingT, _ *session, c caller) {
	u := made(t, c, name(), 1)
	r := get(u.GetId())
	r.id = "r-7"
	assert.Equal(t, []string{"r-7"}, c(context.Background(), r).header.Values("X-Request-ID"))
	r = get("nobody")
	r.id = "r-8"
	assert.Equal(t, []string{"r-8"}, c(context.Background(), r).header.Values("X-Request-ID"), "of an error too")
	assert.Len(t, c(context.Background(), get("nobody")).header.Values("X-Request-ID"), 1, "one is made")
}

func invalid(t require.TestingT, _ *session, c caller) {
	for want, r := range map[string]request{
		"id":          get(""),
		"name":        create("", 1),
		"name ":       create(" \t", 1),
		"name  ":      create(strings.Repeat("ü", users.MaxName+1), 1),
		"age":         create(name(), -1),
		"age ":        create(name(), users.MaxAge+1),
		"name,age":    create("", -1),
		"name,age   ": create(strings.Repeat("x", 101), 151),
		"page_size":   list(-1),
		"page_size ":  list(users.MaxPage + 1),
	} {
		got := c(context.Background(), r)
		require.Equal(t, "INVALID_ARGUMENT", codeOf(got), got.status.GetMessage())
		require.Len(t, details(got.status), 1)
		bad, ok := details(got.status)[0].(*errdetails.BadRequest)
		require.True(t, ok)
		var fields []string
		for _, v := range bad.GetFieldViolations() {
			fields = append(fields, v.GetField())
			assert.Contains(t, v.GetDescription(), "expected")
		}
		assert.Equal(t, strings.TrimSpace(want), strings.Join(fields, ","))
	}
	n := name()
	made(t, c, strings.Repeat("ü", users.MaxName-len(n))+n, users.MaxAge) // the border is in
}

func reason(t require.TestingT, detail any) string {
	info, ok := detail.(*errdetails.ErrorInfo)
	require.True(t, ok, "%T", detail)
	assert.Equal(t, users.Domain, info.GetDomain())
	return info.GetReason()
}

func notFound(t require.TestingT, _ *session, c caller) {
	detail := failed(t, c(context.Background(), get("nobody")), "NOT_FOUND", "no such user")
	assert.Equal(t, "USER_NOT_FOUND", reason(t, detail))
}

func taken(t require.TestingT, _ *session, c caller) {
	n := name()
	made(t, c, n, 1)
	for _, again := range []string{n, strings.ToUpper(n)} {
		detail := failed(t, c(context.Background(), create(again, 2)), "ALREADY_EXISTS", "the name has a user already")
		assert.Equal(t, "NAME_TAKEN", reason(t, detail))
	}
}

// while makes the store fail for one call.
func (s *session) while(f func(context.Context) error, call func() reply) reply {
	s.store.do(f)
	defer s.store.do(nil)
	return call()
}

func (s *session) failing(c caller, err error) reply {
	return s.while(func(context.Context) error { return err },
		func() reply { return c(context.Background(), get("x")) })
}

func unavailable(t require.TestingT, s *session, c caller) {
	for _, err := range []error{users.ErrUnavailable, fmt.Errorf("replica at 10.0.0.7: %w", users.ErrUnavailable)} {
		detail := failed(t, s.failing(c, err), "UNAVAILABLE", "the store does not answer")
		retry, ok := detail.(*errdetails.RetryInfo)
		require.True(t, ok, "%T", detail)
		assert.Equal(t, users.RetryAfter, retry.GetRetryDelay().AsDuration())
	}
}

func internal(t require.TestingT, s *session, c caller) {
	before := strings.Count(s.log.String(), "hunter2")
	detail := failed(t, s.failing(c, errors.New("connect as admin:hunter2 failed")), "INTERNAL", "internal error")
	assert.Nil(t, detail)
	assert.Equal(t, before+1, strings.Count(s.log.String(), "hunter2"), "once in the log")
}

func ofPeer(t require.TestingT, s *session, c caller) {
	for _, err := range []error{
		status.Error(codes.Unauthenticated, "billing: log in again"),
		connect.NewError(connect.CodeUnauthenticated, "billing: log in again").WithRemote(),
	} {
		failed(t, s.failing(c, err), "INTERNAL", "internal error")
		failed(t, s.failing(c, fmt.Errorf("ask billing: %w", err)), "INTERNAL", "internal error")
	}
}

func panicking(t require.TestingT, s *session, c caller) {
	r := s.while(func(context.Context) error { panic("hunter3") },
		func() reply { return c(context.Background(), get("x")) })
	failed(t, r, "INTERNAL", "internal error")
	assert.Contains(t, s.log.String(), "hunter3")
	assert.Equal(t, "NOT_FOUND", codeOf(c(context.Background(), get("x"))), "the next call is served")
}

// onPage does what it is told to before the second page is read.
func onPage(f func(context.Context) error) func(context.Context) error {
	var pages atomic.Int64
	return func(ctx context.Context) error {
		if pages.Add(1) == 1 {
			return nil
		}
		return f(ctx)
	}
}

func streamFailing(t require.TestingT, s *session, c caller) {
	made(t, c, name(), 1)
	for _, f := range []func(context.Context) error{
		func(context.Context) error { return errors.New("connect as admin:hunter4 failed") },
		func(context.Context) error { panic("hunter4") },
	} {
		before := strings.Count(s.log.String(), "hunter4")
		r := s.while(onPage(f), func() reply { return c(context.Background(), list(1)) })
		assert.Nil(t, failed(t, r, "INTERNAL", "internal error"))
		assert.Len(t, r.users, 1, "what was sent has come")
		assert.Equal(t, before+1, strings.Count(s.log.String(), "hunter4"), "once in the log")
	}
	r := s.while(onPage(func(context.Context) error { return users.ErrUnavailable }),
		func() reply { return c(context.Background(), list(1)) })
	failed(t, r, "UNAVAILABLE", "the store does not answer")
}

func notThere(t require.TestingT, _ *session, c caller) {
	r := c(context.Background(), request{get: &userv1.GetUserRequest{Id: "x"}, method: "DropUsers"})
	assert.Equal(t, "UNIMPLEMENTED", codeOf(r), r.status.GetMessage())
}

func tooLarge(t require.TestingT, _ *session, c caller) {
	r := c(context.Background(), create(strings.Repeat("x", users.MaxMessage), 1))
	assert.Equal(t, "RESOURCE_EXHAUSTED", codeOf(r), r.status.GetMessage())
	r = c(context.Background(), create(strings.Repeat("x", users.MaxMessage-100), 1))
	assert.Equal(t, "INVALID_ARGUMENT", codeOf(r), "what is not too large is read")
}

func deadline(t require.TestingT, s *session, c caller) {
	c(context.Background(), get("x")) // connected
	// A busy machine may need all the time for the way to the store.
	for patience := 50 * time.Millisecond; patience < s.patience; patience *= 3 {
		left := make(chan time.Duration, 1)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		r := s.while(func(ctx context.Context) error {
			until, ok := ctx.Deadline()
			if !ok {
				// The caller may have run out of time already, and be told that.
				left <- math.MaxInt64
				return errors.New("no deadline")
			}
			left <- time.Until(until)
			<-ctx.Done()
			return fmt.Errorf("select: %w", ctx.Err())
		}, func() reply { return c(ctx, get("x")) })
		cancel()
		require.Equal(t, "DEADLINE_EXCEEDED", codeOf(r), r.status.GetMessage())
		select {
		case d := <-left:
			assert.LessOrEqual(t, d, patience, "what the store had left")
			return
		default:
		}
	}
	assert.Fail(t, "no call came to the store")
}

func cancelled(t require.TestingT, s *session, c caller) {
	left(t, s, c, get("x"), func(f func(context.Context) error) func(context.Context) error { return f })
}

func streamCancelled(t require.TestingT, s *session, c caller) {
	made(t, c, name(), 1)
	left(t, s, c, list(1), onPage)
}

// left leaves a call while the store is at work for it.
func left(t require.TestingT, s *session, c caller, call request, when func(func(context.Context) error) func(context.Context) error) {
	began, ended := make(chan struct{}), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-began:
		case <-time.After(s.patience):
		}
		cancel()
	}()
	r := s.while(when(func(ctx context.Context) error {
		close(began)
		select {
		case <-ctx.Done():
			ended <- ctx.Err()
		case <-time.After(s.patience):
			ended <- errors.New("nobody told the store")
		}
		return ctx.Err()
	}), func() reply { return c(ctx, call) })
	assert.Equal(t, "CANCELLED", codeOf(r), r.status.GetMessage())
	select {
	case err := <-ended:
		assert.ErrorIs(t, err, context.Canceled)
	case <-time.After(s.patience):
		assert.Fail(t, "the call did not come to the store")
	}
}
