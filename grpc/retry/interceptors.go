package retry

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// GRPC is a client interceptor of grpc-go:
// grpc.WithChainUnaryInterceptor(policy.GRPC).
func (p *Policy) GRPC(
	ctx context.Context,
	method string,
	req, reply any,
	cc *grpc.ClientConn,
	next grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	return p.do(ctx, p.also(method) || idempotent(method), func() answer {
		var trailer metadata.MD
		opts := append(slices.Clip(opts), grpc.Trailer(&trailer))
		err := next(ctx, method, req, reply, cc, opts...)
		s := status.Convert(err)
		return answer{
			err:      err,
			code:     s.Code(),
			after:    retryDelay(s.Details()),
			pushback: trailer.Get(pushback),
		}
	})
}

// idempotent asks the .proto of a method: its file must be linked in, as that of
// each generated client is.
func idempotent(method string) bool {
	name := strings.ReplaceAll(strings.TrimPrefix(method, "/"), "/", ".")
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return false
	}
	o, ok := d.Options().(*descriptorpb.MethodOptions)
	return ok && o.GetIdempotencyLevel() != descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN
}

// retryDelay returns what a RetryInfo among the details says, or 0.
func retryDelay(details []any) time.Duration {
	for _, d := range details {
		if r, ok := d.(*errdetails.RetryInfo); ok {
			return max(r.GetRetryDelay().AsDuration(), 0)
		}
	}
	return 0
}

// Connect is a client interceptor of connect-go: connect.NewClient(transport,
// policy.Connect). Streams pass as they are.
func (p *Policy) Connect(next connect.ClientFunc) connect.ClientFunc {
	return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
		if spec.StreamType != connect.StreamTypeUnary {
			return next(ctx, spec)
		}
		ctx, cancel := context.WithCancel(ctx)
		return &repeated{policy: p, ctx: ctx, cancel: cancel, spec: spec, next: next}, nil
	}
}

// repeated is a call that is made when its answer is asked for: next only opens
// a stream, and whether the call fails shows in Receive.
type repeated struct {
	policy *Policy
	ctx    context.Context //nolint:containedctx // of one call, which Receive makes
	cancel context.CancelFunc
	spec   connect.Spec
	next   connect.ClientFunc
	req    any
}

func (r *repeated) SendHeaders() error { return nil }
func (r *repeated) CloseSend() error   { return nil }

func (r *repeated) Send(req any) error {
	r.req = req
	return nil
}

func (r *repeated) Receive(res any) error {
	safe := r.policy.also(r.spec.Procedure) || r.spec.IdempotencyLevel != connect.IdempotencyUnknown
	info, _ := connect.CallInfoForClientContext(r.ctx)
	return r.policy.do(r.ctx, safe, func() answer {
		empty(info.ResponseHeader()) // of the try before
		empty(info.ResponseTrailer())
		err := r.once(res)
		a := answer{
			err:      err,
			code:     codes.Code(connect.CodeOf(err)),
			pushback: info.ResponseTrailer().Values(pushback),
		}
		if e, ok := errors.AsType[*connect.Error](err); ok {
			var details []any
			for _, d := range e.Details() {
				if m, derr := connectproto.UnmarshalErrorDetail(d); derr == nil {
					details = append(details, m)
				}
			}
			a.after = retryDelay(details)
		}
		return a
	})
}

// once does what connect.Client.CallUnary does.
func (r *repeated) once(res any) (err error) {
	stream, err := r.next(r.ctx, r.spec)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	if err := stream.Send(r.req); err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	return stream.Receive(res)
}

func (r *repeated) Close() error {
	r.cancel()
	return nil
}

func empty(h *connect.Header) {
	for k := range h.All() {
		h.Delete(k)
	}
}
