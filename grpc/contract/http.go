package contract

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// dialHTTP returns a client without any library, as curl or a browser would be
// one. It gets by GET if that is the method, and creates by POST.
func dialHTTP(method string, http2 bool) func(*session) (caller, func()) {
	return func(s *session) (caller, func()) {
		h, done := s.http(http2)
		call := func(ctx context.Context, r request) reply {
			timeout := ""
			if d, ok := ctx.Deadline(); ok {
				// The server is to keep it, not this client.
				left := max(time.Until(d).Milliseconds(), 1) // not less
				timeout = strconv.FormatInt(left, 10)
				ctx = context.WithoutCancel(ctx)
			}
			q, err := newHTTP(ctx, s, method, r)
			if err != nil {
				return reply{status: ofHTTP(err)}
			}
			if timeout != "" {
				q.Header.Set("Connect-Timeout-Ms", timeout)
			}
			res, err := h.Do(q)
			if err != nil {
				return reply{status: ofHTTP(err)}
			}
			defer func() { _ = res.Body.Close() }()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return reply{status: ofHTTP(err)}
			}
			if res.StatusCode != http.StatusOK {
				return reply{status: ofJSON(res.StatusCode, body), header: res.Header}
			}
			if r.list != nil {
				return ofStream(body)
			}
			u := new(userv1.User)
			return reply{user: u, status: ofHTTP(protojson.Unmarshal(body, u)), header: res.Header}
		}
		return call, done
	}
}

func newHTTP(ctx context.Context, s *session, method string, r request) (*http.Request, error) {
	name, message := "GetUser", proto.Message(r.get)
	switch {
	case r.list != nil:
		name, message, method = "ListUsers", r.list, http.MethodPost
	case r.get == nil:
		name, message, method = "CreateUser", r.create, http.MethodPost
	}
	if r.method != "" {
		name, method = r.method, http.MethodPost
	}
	body, err := protojson.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	to := s.url() + "/user.v1.UserService/" + name
	if method == http.MethodGet {
		to += "?connect=v1&encoding=json&message=" + url.QueryEscape(string(body))
		body = nil
	}
	kind := "application/json"
	if r.list != nil {
		kind, body = "application/connect+json", enveloped(body)
	}
	q, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if method == http.MethodPost {
		q.Header.Set("Content-Type", kind)
	}
	if r.id != "" {
		q.Header.Set("X-Request-ID", r.id)
	}
	return q, nil
}

// enveloped puts a message into a stream of Connect's own protocol: a byte of
// flags, four of the length, the message.
func enveloped(message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...) //nolint:gosec // some bytes
}

// endOfStream is the flag of the last message, which is the status.
const endOfStream = 1 << 1

// ofStream reads a stream of answers in Connect's own protocol.
func ofStream(body []byte) (r reply) {
	for len(body) >= 5 {
		flags, size := body[0], int(binary.BigEndian.Uint32(body[1:5]))
		if len(body) < 5+size {
			break
		}
		message := body[5 : 5+size]
		body = body[5+size:]
		if flags&endOfStream != 0 {
			var end struct{ Error json.RawMessage }
			r.status = ofHTTP(json.Unmarshal(message, &end))
			if end.Error != nil {
				r.status = ofJSON(http.StatusOK, end.Error)
			}
			return r
		}
		u := new(userv1.User)
		if err := protojson.Unmarshal(message, u); err != nil {
			r.status = ofHTTP(err)
			return r
		}
		r.users = append(r.users, u)
	}
	r.status = ofHTTP(io.ErrUnexpectedEOF)
	return r
}

// ofHTTP returns the status of a call that got no answer.
func ofHTTP(err error) *spb.Status {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return &spb.Status{Code: int32(code.Code_CANCELLED), Message: err.Error()}
	default:
		return &spb.Status{Code: int32(code.Code_UNKNOWN), Message: err.Error()}
	}
}

// ofJSON reads an error of Connect's own protocol.
func ofJSON(httpStatus int, body []byte) *spb.Status {
	var e struct {
		Code, Message string
		Details       []struct{ Type, Value string }
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return &spb.Status{Code: int32(code.Code_UNKNOWN), Message: fmt.Sprintf("%d: %s", httpStatus, body)}
	}
	name := strings.ToUpper(e.Code)
	if name == "CANCELED" {
		name = "CANCELLED" // google.rpc.Code spells it so
	}
	s := &spb.Status{Code: code.Code_value[name], Message: e.Message}
	for _, d := range e.Details {
		value, err := base64.RawStdEncoding.DecodeString(d.Value)
		if err != nil {
			s.Message += ": a detail is not base64"
		}
		s.Details = append(s.Details, &anypb.Any{TypeUrl: "type.googleapis.com/" + d.Type, Value: value})
	}
	return s
}

// details returns the details of a status, unpacked.
func details(s *spb.Status) []proto.Message {
	var all []proto.Message
	for _, d := range s.GetDetails() {
		m, err := d.UnmarshalNew()
		if err != nil {
			m = d
		}
		all = append(all, m)
	}
	return all
}
