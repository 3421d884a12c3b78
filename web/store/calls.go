package store

import (
	"context"

	"example.com/goguide/web/api"
)

// Calls are the single calls of a [Store] whose statements need a transaction
// to write and none to read. A Store embeds them.
type Calls struct {
	reader api.Users
	tx     func(ctx context.Context, f func(users api.Users) error) error
}

var _ api.Users = Calls{}

// NewCalls returns calls that read by reader, and write in a transaction of tx
// each.
func NewCalls(
	reader api.Users,
	tx func(ctx context.Context, f func(users api.Users) error) error,
) Calls {
	return Calls{reader, tx}
}

// Create implements [api.Users].
func (c Calls) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	return c.write(ctx, func(us api.Users) (api.User, error) {
		return us.Create(ctx, key, d)
	})
}

// Get implements [api.Users].
func (c Calls) Get(ctx context.Context, id string) (api.User, error) {
	return c.reader.Get(ctx, id)
}

// List implements [api.Users].
func (c Calls) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	return c.reader.List(ctx, cursor, limit)
}

// Update implements [api.Users].
func (c Calls) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	return c.write(ctx, func(us api.Users) (api.User, error) {
		return us.Update(ctx, id, m, p)
	})
}

// Delete implements [api.Users].
func (c Calls) Delete(ctx context.Context, id string, m api.Match) error {
	return c.tx(ctx, func(us api.Users) error { return us.Delete(ctx, id, m) })
}

// Ping implements [api.Users].
func (c Calls) Ping(ctx context.Context) error { return c.reader.Ping(ctx) }

// write returns what f has returned if that is committed, and else nothing.
func (c Calls) write(
	ctx context.Context,
	f func(users api.Users) (api.User, error),
) (api.User, error) {
	var u api.User
	err := c.tx(ctx, func(us api.Users) (err error) {
		u, err = f(us)
		return err
	})
	if err != nil {
		return api.User{}, err
	}
	return u, nil
}
