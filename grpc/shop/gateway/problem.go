package gateway

import (
	stdjson "encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/genproto/googleapis/rpc/errdetails"

	"example.com/goguide/grpc/requestid"
)

// badBody is a request that is not turned into a call.
type badBody struct { //nolint:errname // says what is bad
	status int
	text   string
}

func (e badBody) Error() string { return e.text }

// A Problem is an error of RFC 9457.
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Reason is for programs, and does not change: USER_NOT_FOUND.
	Reason string `json:"reason,omitempty"`
	// Fields are those of the request that are wrong.
	Fields    map[string]string `json:"fields,omitempty"`
	RequestID string            `json:"requestId,omitempty"`
}

// statuses are those of the codes that a client is told. 422 is the draft's for
// a key that has another order.
var statuses = map[connect.Code]int{
	connect.CodeInvalidArgument:    http.StatusBadRequest,
	connect.CodeNotFound:           http.StatusNotFound,
	connect.CodeAlreadyExists:      http.StatusConflict,
	connect.CodeFailedPrecondition: http.StatusUnprocessableEntity,
	connect.CodeResourceExhausted:  http.StatusTooManyRequests,
	connect.CodeUnavailable:        http.StatusServiceUnavailable,
	connect.CodeDeadlineExceeded:   http.StatusGatewayTimeout,
	connect.CodeUnimplemented:      http.StatusNotImplemented,
}

// problem answers with an error.
func (h Handler) problem(w http.ResponseWriter, id string, err error) {
	p := Problem{Status: http.StatusInternalServerError, Detail: "internal error", RequestID: id}
	if b, ok := errors.AsType[badBody](err); ok {
		p.Status, p.Detail = b.status, b.text
	}
	if e, ok := errors.AsType[*connect.Error](err); ok {
		if s, ok := statuses[e.Code()]; ok {
			p.Status, p.Detail = s, e.Message()
		}
		for _, d := range e.Details() {
			m, derr := connectproto.UnmarshalErrorDetail(d)
			if derr != nil {
				continue
			}
			switch m := m.(type) {
			case *errdetails.ErrorInfo:
				p.Reason = m.GetReason()
			case *errdetails.BadRequest:
				p.Fields = make(map[string]string)
				for _, f := range m.GetFieldViolations() {
					p.Fields[f.GetField()] = f.GetDescription()
				}
			case *errdetails.RetryInfo:
				wait := math.Ceil(m.GetRetryDelay().AsDuration().Seconds())
				w.Header().Set("Retry-After", strconv.Itoa(max(1, int(wait))))
			}
		}
	}
	p.Title = http.StatusText(p.Status)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if id != "" {
		w.Header().Set(requestid.Header, id)
	}
	h.mayWrite(w)
	w.WriteHeader(p.Status)
	_ = stdjson.NewEncoder(w).Encode(p) //nolint:errchkjson // fails for who has left
}
