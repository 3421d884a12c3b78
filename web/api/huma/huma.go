// Package huma is the users API with huma, which is OpenAPI first: an operation
// is a function of a typed input to a typed output, and of these types huma
// makes the parsing, the checks and the document that clients are made of. The
// routes themselves are another router's, here chi's. It belongs to part 8 of the
// guide.
//
// What an input's tags cannot say, its Resolve method does. huma's own errors
// become an [api.Problem], as the API's are, by the variable huma.NewError. It is
// one for the whole program, and without it two things are told to the client
// that are not theirs: the text of an error that a handler returns, and all of
// the body that was not understood.
//
// huma reads a body twice, first into an any: a number that no float64 can hold
// is a 400 in a field that the other five do not look at.
package huma

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	chimw "github.com/go-chi/chi/v5/middleware"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// humas is what huma itself makes errors by.
var humas = huma.NewError

func init() { //nolint:gochecknoinits // huma has this variable for it
	huma.NewError = newError
}

// New returns the API. Its document is at /openapi.json.
func New(c api.Config) http.Handler {
	s := &server{c}
	r := chi.NewRouter()
	r.Use(
		middleware.RequestID,
		middleware.Log(c.Log),
		middleware.Measure(c.Metrics.Observe),
		middleware.Recover(c.Log),
		chimw.GetHead,
	)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.notAllowed)
	r.Method(http.MethodGet, "/metrics", c.Metrics)

	config := huma.DefaultConfig("Users", "1.0.0")
	config.CreateHooks = nil // or each answer would have a $schema
	config.DocsPath = ""     // a page that loads its code from elsewhere
	config.SchemasPath = ""
	config.AllowAdditionalPropertiesByDefault = true // a newer client may send more
	a := humachi.New(r, config)
	users := huma.NewGroup(a, "/users")
	users.UseMiddleware(s.limit(a), onlyJSON(a))

	register(s, users, huma.Operation{
		OperationID: "list-users", Method: http.MethodGet, Path: "",
		Errors: []int{422, 429, 500, 503},
	}, s.list)
	register(s, users, huma.Operation{
		OperationID: "create-user", Method: http.MethodPost, Path: "",
		DefaultStatus: 201, MaxBodyBytes: maxBody,
		Errors: []int{400, 409, 413, 415, 422, 429, 500, 503},
	}, s.create)
	register(s, users, huma.Operation{
		OperationID: "get-user", Method: http.MethodGet, Path: "/{id}",
		Errors: []int{404, 429, 500, 503},
	}, s.get)
	register(s, users, huma.Operation{
		OperationID: "update-user", Method: http.MethodPatch, Path: "/{id}",
		MaxBodyBytes: maxBody,
		Errors:       []int{400, 404, 409, 412, 413, 415, 422, 429, 500, 503},
	}, s.update)
	register(s, users, huma.Operation{
		OperationID: "delete-user", Method: http.MethodDelete, Path: "/{id}",
		Errors: []int{404, 412, 429, 500, 503},
	}, s.remove)
	register(s, a, huma.Operation{
		OperationID: "healthz", Method: http.MethodGet, Path: "/healthz", DefaultStatus: 200,
	}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	register(s, a, huma.Operation{
		OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", DefaultStatus: 200,
		Errors: []int{503},
	}, func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, s.Users.Ping(ctx) })
	return r
}

// maxBody is one more, for huma refuses a body of just this size.
const maxBody = api.MaxBody + 1

type server struct{ api.Config }

type listInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Cursor string `query:"cursor" doc:"The next of the page before."`
}

// Resolve refuses a query that cannot be read, of which huma takes what it can.
func (*listInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	if err := api.CheckQuery(u.RawQuery); err != nil {
		return []error{err}
	}
	return nil
}

type pageOutput struct{ Body api.Page }

func (s *server) list(ctx context.Context, in *listInput) (*pageOutput, error) {
	page, err := s.Users.List(ctx, in.Cursor, in.Limit)
	return &pageOutput{page}, err
}

type createInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"64" pattern:"^[!-~]+$" doc:"Two requests with the same key make one user."`
	Body api.Draft
}

type userOutput struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     api.User
}

func output(u api.User) *userOutput { return &userOutput{ETag: api.ETag(u.Version), Body: u} }

func (s *server) create(
	ctx context.Context,
	in *createInput,
) (*userOutput, error) {
	u, err := s.Users.Create(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	out := output(u)
	out.Location = "/users/" + u.ID
	return out, nil
}

type getInput struct {
	ID    string `path:"id"`
	Known string `header:"If-None-Match"`
}

func (s *server) get(ctx context.Context, in *getInput) (*userOutput, error) {
	u, err := s.Users.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if api.ParseMatch(in.Known).Fresh(u.Version) {
		return nil, huma.ErrorWithHeaders(huma.Status304NotModified(),
			http.Header{"ETag": {api.ETag(u.Version)}})
	}
	return output(u), nil
}

type updateInput struct {
	ID    string `path:"id"`
	Match string `header:"If-Match"`
	Body  api.Patch
}

// Resolve refuses a patch of nothing, which tags do not know.
func (in *updateInput) Resolve(huma.Context) []error {
	if in.Body == (api.Patch{}) {
		return []error{in.Body.Validate()}
	}
	return nil
}

func (s *server) update(
	ctx context.Context,
	in *updateInput,
) (*userOutput, error) {
	u, err := s.Users.Update(ctx, in.ID, api.ParseMatch(in.Match), in.Body)
	return output(u), err
}

type removeInput struct {
	ID    string `path:"id"`
	Match string `header:"If-Match"`
}

func (s *server) remove(
	ctx context.Context,
	in *removeInput,
) (*struct{}, error) {
	return nil, s.Users.Delete(ctx, in.ID, api.ParseMatch(in.Match))
}
