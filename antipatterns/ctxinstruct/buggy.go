package ctxinstruct

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
)

// A BoundMailer keeps the ctx that it was connected with. Compare [Mailer].
type BoundMailer struct {
	// BUG(containedctx): BoundMailer keeps a ctx for mails of other callers.
	ctx  context.Context
	send Send
}

// NewBoundMailer connects a mailer. main gives it a ctx that ends when the start
// takes too long. Compare [Connect].
func NewBoundMailer(ctx context.Context, dial Dial) (*BoundMailer, error) {
	send, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting the mailer: %w", err)
	}
	return &BoundMailer{ctx, send}, nil
}

// Mail sends one mail. Compare [Mailer.Mail].
func (m *BoundMailer) Mail(to string) error {
	// BUG(test): BoundMailer.Mail works in every test, and in production until
	// the time for the start is over: then no mail is sent any more.
	return m.send(m.ctx, to)
}

// Flags asks a server which features are on.
type Flags struct {
	fetch func(name string) (bool, error)
}

// NewFlags returns flags. Compare [Mailer.Mail].
func NewFlags(
	ctx context.Context,
	fetch func(ctx context.Context, name string) (bool, error),
) *Flags {
	return &Flags{func(name string) (bool, error) {
		// BUG(deadlock, hang, synctest): NewFlags keeps its ctx in a closure: a
		// request waits for a flag as long as main lives, not as long as it may.
		return fetch(ctx, name)
	}}
}

// On says whether a feature is on; where nobody knows, it is off.
func (f *Flags) On(name string) bool {
	on, err := f.fetch(name)
	return on && err == nil
}

// Visitors are those who have logged in. Compare [Sessions].
type Visitors struct {
	mu   sync.Mutex
	ctxs map[string]context.Context
}

// Login begins a session. Compare [Sessions.Login].
func (v *Visitors) Login(ctx context.Context, id, user string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ctxs == nil {
		v.ctxs = map[string]context.Context{}
	}
	// BUG(fatcontext, test): Visitors.Login keeps the ctx of the login, which
	// net/http cancels with its answer: all that the session does is refused.
	v.ctxs[id] = WithUser(ctx, user)
}

// Resume returns the ctx for a request of a session. Compare
// [Sessions.Resume].
func (v *Visitors) Resume(id string) (context.Context, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	ctx, ok := v.ctxs[id]
	return ctx, ok
}

// An ActorContext is a ctx that knows who acts.
type ActorContext interface {
	context.Context
	Actor() string
}

// A Trail writes down who did what.
type Trail struct {
	ctx   ActorContext
	Write func(ctx context.Context, line string) error
}

// Bind sets the actor of the actions to come. Handlers call it on the one trail
// of the server. Compare [Trail.As].
func (t *Trail) Bind(ctx ActorContext) *Trail {
	// BUG(race, test): Trail.Bind sets the ctx of all requests that use the
	// trail: what ana does stands there under bob's name, and ends with bob's ctx.
	t.ctx = ctx
	return t
}

// Record writes down one action.
func (t *Trail) Record(action string) error {
	return t.Write(t.ctx, t.ctx.Actor()+": "+action)
}

// Uploads are requests whose work comes after the answer. Compare [Work].
type Uploads chan *http.Request

// ServeHTTP accepts an upload.
func (u Uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u <- r
	w.WriteHeader(http.StatusAccepted)
}

// Work stores one upload.
func (u Uploads) Work(
	store func(ctx context.Context, name string) error,
) error {
	r := <-u
	// BUG(test): Uploads.Work takes the ctx of a request that was answered: it
	// was cancelled with the answer, and what was accepted is not stored.
	return store(r.Context(), r.FormValue("name"))
}

// An AppCtx is a context.Context by another name.
type AppCtx = context.Context

// A DefinedCtx has its methods.
type DefinedCtx context.Context

// Missed has fields that hold a ctx and that containedctx does not report. It
// has no BUG note, and so a report would fail the lint.
type Missed struct {
	Alias     AppCtx
	Defined   DefinedCtx
	Wider     ActorContext
	Pointer   *context.Context
	Slice     []context.Context
	Map       map[string]context.Context
	Channel   chan context.Context
	Func      func() context.Context
	Generic   atomic.Pointer[context.Context]
	Interface any
	Other     *BoundMailer
}
