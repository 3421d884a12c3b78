// Package api is what the six implementations of one HTTP API have in common:
// its types, its rules, its errors and where the users are kept. What a web
// framework is for (routes, binding, errors, middleware) is not here; each of
// the folders beside this file does it in its framework's own way, and package
// apitest holds all six to one contract. It belongs to part 8 of the guide.
//
//	GET    /users          a page of users          ?limit= ?cursor=
//	POST   /users          a new user               Idempotency-Key
//	GET    /users/{id}     one user                 If-None-Match → ETag
//	PATCH  /users/{id}     changes to a user        If-Match
//	DELETE /users/{id}     no user any more         If-Match
//	GET    /healthz        200 while the process can answer
//	GET    /readyz         200 while it should get requests, else 503
//	GET    /metrics        for Prometheus
//
// # Errors
//
// Each error is a [Problem], the JSON of RFC 9457. A reader of the status alone
// knows whose turn it is:
//
//	400  the body is not JSON                    repair the client
//	404  no such path or user
//	405  not with this method; Allow lists those
//	409  the e-mail address has a user already   ask the human
//	412  somebody changed the user in between    read it again, then decide
//	413  the body is larger than MaxBody
//	415  the body is not sent as JSON
//	422  JSON, and against the rules; errors say which
//	429  too many requests; Retry-After says until when
//	500  a bug here; the log has it under the X-Request-ID
//	503  the store does not answer; try again after Retry-After
//
// What a client sends is never the reason for a 500, and the text of a 500
// never tells what went wrong inside.
package api

import (
	"context"
	"log/slog"
)

// MaxBody is the size, in bytes, of the largest body that is read.
const MaxBody = 16 << 10

// Limits of a page, in users.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// A User as clients see it.
type User struct {
	ID    string `json:"id"    doc:"Made by the server; says nothing."`
	Name  string `json:"name"`
	Email string `json:"email"`
	// Version counts the changes, from 1. Clients see it as the ETag.
	Version int `json:"-"`
}

// A Draft is what a client sends to make a user.
type Draft struct {
	Name  string `json:"name"  minLength:"1" maxLength:"100"`
	Email string `json:"email" maxLength:"254" pattern:"^[^@\\s]+@[^@\\s]+$"`
}

// A Patch is what a client sends to change a user. What is nil stays.
type Patch struct {
	Name  *string `json:"name,omitempty"  minLength:"1" maxLength:"100"`
	Email *string `json:"email,omitempty" maxLength:"254" pattern:"^[^@\\s]+@[^@\\s]+$"`
}

// A Page is a part of the list of users, in the order in which they were made.
type Page struct {
	Users []User `json:"users" nullable:"false"`
	// Next is the cursor of the page after this one, if there is one.
	Next string `json:"next,omitempty"`
}

// Users keeps users. Its methods may be called concurrently; each returns an
// [Invalid], one of the errors below, or what else went wrong, which is a 500.
type Users interface {
	// Create makes a user. Two calls with the same key, unless that is empty,
	// make one: the second returns what the first did, or ErrKeyReused if its
	// draft is another one.
	Create(ctx context.Context, key string, d Draft) (User, error)
	Get(ctx context.Context, id string) (User, error)
	// List returns at most limit users, after those that the cursor stands for.
	List(ctx context.Context, cursor string, limit int) (Page, error)
	// Update and Delete return ErrStale where m does not allow the version.
	Update(ctx context.Context, id string, m Match, p Patch) (User, error)
	Delete(ctx context.Context, id string, m Match) error
	// Ping says whether the others can work now.
	Ping(ctx context.Context) error
}

// Config is what an implementation is made of. All fields are required.
type Config struct {
	Users   Users
	Limiter *Limiter
	Metrics *Metrics
	Log     *slog.Logger
}
