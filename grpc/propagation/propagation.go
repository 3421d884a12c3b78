// Package propagation passes on to outgoing calls what belongs to the request:
// its trace, and of its metadata and baggage what is on a list. It belongs to
// part 9.4 of the guide.
//
// # What to write
//
// Pass the ctx that the handler has got, or one derived from it, to each call:
// deadline, cancellation, trace and all that is here are in it. A call with
// context.Background has none of them ([Background]).
//
// Metadata is not in it: both libraries keep what came in and what goes out
// apart, and rightly. Whoever copies all of it, so that nothing is lost, sends
// the caller's token to everyone that this service calls, third parties too
// ([ForwardAll]). So a server's interceptor keeps what is on a list, and a
// client's sends it on. Clients of third parties have no such interceptor. A
// credential is never on the list ([New] refuses it): who has to act in the
// caller's name passes it in that one call, or exchanges it for one that the
// other side may have.
//
// Baggage is metadata too, that any caller sets and every service passes on by
// itself: up to 8 KiB to wherever the calls lead. Its members need to be on a
// list as well.
//
// The interceptors of package tracing carry the trace alone; with them, or
// without any, these here do no harm: they say the same.
//
// # What finds it
//
// contextcheck reports the call that drops its ctx. The rest only a test does
// that looks at what came to the second server.
package propagation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
)

// A Policy says what is passed on besides the trace.
type Policy struct{ metadata, members []string }

// credentials must not be passed on by default.
var credentials = []string{"authorization", "cookie", "proxy-authorization"}

// New returns a policy: the names of metadata, in any case, and of members of
// baggage. It fails for names that hold credentials or are of gRPC itself.
func New(metadata, members []string) (Policy, error) {
	p := Policy{members: members}
	for _, name := range metadata {
		name = strings.ToLower(name)
		if slices.Contains(credentials, name) {
			return Policy{}, fmt.Errorf("%s is a credential: pass it in the call that needs it", name)
		}
		if strings.HasPrefix(name, "grpc-") || strings.HasPrefix(name, "connect-") || strings.HasPrefix(name, ":") {
			return Policy{}, fmt.Errorf("%s is of the protocol, which sets it itself", name)
		}
		p.metadata = append(p.metadata, name)
	}
	return p, nil
}

type key struct{}

// A carrier is the metadata of either library.
type carrier interface {
	propagation.TextMapCarrier
	values(name string) []string
	set(name string, values []string)
}

// accept returns a ctx with what the policy takes from a caller.
func (p Policy) accept(ctx context.Context, c carrier) context.Context {
	ctx = propagation.TraceContext{}.Extract(ctx, c)
	all := baggage.FromContext(propagation.Baggage{}.Extract(ctx, c))
	for _, m := range all.Members() {
		if !slices.Contains(p.members, m.Key()) {
			all = all.DeleteMember(m.Key())
		}
	}
	kept := make(map[string][]string)
	for _, name := range p.metadata {
		if v := c.values(name); len(v) > 0 {
			kept[name] = slices.Clone(v)
		}
	}
	return context.WithValue(baggage.ContextWithBaggage(ctx, all), key{}, kept)
}

// pass writes what ctx has. What the caller of the client has set stays.
func pass(ctx context.Context, c carrier) {
	propagation.TraceContext{}.Inject(ctx, c)
	propagation.Baggage{}.Inject(ctx, c)
	kept, _ := ctx.Value(key{}).(map[string][]string)
	for name, values := range kept {
		if len(c.values(name)) == 0 {
			c.set(name, values)
		}
	}
}
