// Package store says what keeps the users of package api, beyond one call of
// it: transactions, and what every store does in the same way. Package
// storetest holds a store to that, as testing/fstest does a file system. It
// belongs to parts 10 and 12 of the guide.
//
// The folders beside this file are stores that answer alike:
//
//	memory    nothing to install, nothing left at the end
//	sqlite    one file, by database/sql
//	sqlc      the same file, by functions that sqlc has generated
//	gorm      the same file, by statements that gorm makes at run time
//	ent       the same file, by code that ent has generated from a schema
//	postgres  a server, by pgx
//
// A service is written against [Store], and main chooses.
//
// # Where databases differ
//
// The same call gives the same answer only where somebody has seen to it. These
// are the differences that storetest has found:
//
//   - Ann@example.com and ANN@example.com: lower() is of ASCII in SQLite, and
//     in PostgreSQL of the locale. [EmailKey] is made here, and kept in a
//     column of its own.
//   - PostgreSQL refuses a NUL and what is not UTF-8, in a value and in a
//     condition alike, and SQLite keeps both: a GET of /users/%00 would be a
//     500 on one of the two. [CheckDraft], [CheckPatch] and [IsText] come
//     first.
//   - After an error PostgreSQL refuses the rest of the transaction, SQLite
//     does not. The store for PostgreSQL sets savepoints.
//   - A ctx that ends while a call waits for a lock: PostgreSQL is told by the
//     driver, while SQLite has one writer, and who waits for it waits in Go.
//   - A number that says the order of a list is taken before the commit. In
//     PostgreSQL a smaller one may be committed later: pages of what was there
//     when the list began are right, and "all since my last cursor" is not.
//
// # Errors
//
// A store returns the errors of package api, and wraps them.
// [api.ErrUnavailable] is all that may be over when the client tries again: no
// connection, a full disk, too many clients. Of a call that ends in it, or in
// ctx's error, nobody knows whether it has been done: the answer may have been
// lost behind the commit. Who has sent an Idempotency-Key may send it again.
package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/goguide/web/api"
)

// A Store keeps users, by single calls and by transactions. Its methods may be
// called concurrently.
type Store interface {
	api.Users
	// Tx calls f and commits what it has done with the users it was given,
	// or nothing of it if f returns an error, which Tx returns, panics, or
	// ends its goroutine, and also if ctx ends first. An error of one call
	// in f undoes that call alone. f must not use the Store itself, which
	// may wait for the end of f, nor its users when it has returned; one
	// goroutine at a time may use them.
	Tx(ctx context.Context, f func(users api.Users) error) error
	// Close waits for the calls at work. Calls after it return
	// ErrUnavailable.
	Close() error
}

// EmailKey returns what two addresses have in common that are one: they differ
// in case only, as strings.EqualFold sees it.
func EmailKey(email string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, email)
}

// IsText reports whether every database can keep s: UTF-8 without NUL. What is
// not text is no id, either.
func IsText(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "\x00")
}

// CheckDraft returns an [api.Invalid] if a database could not keep the draft or
// its key.
func CheckDraft(key string, d api.Draft) error {
	return check(
		field{"header.Idempotency-Key", &key},
		field{"body.name", &d.Name},
		field{"body.email", &d.Email},
	)
}

// CheckPatch returns an [api.Invalid] if a database could not keep the patch.
func CheckPatch(p api.Patch) error {
	return check(field{"body.name", p.Name}, field{"body.email", p.Email})
}

type field struct {
	location string
	text     *string
}

func check(fields ...field) error {
	var v api.Invalid
	for _, f := range fields {
		if f.text != nil && !IsText(*f.text) {
			v = append(v, api.Flaw{
				Message:  "expected UTF-8 without NUL",
				Location: f.location,
			})
		}
	}
	if v == nil {
		return nil
	}
	return v
}

// Cursor returns the cursor behind the user of a serial, a number that grows
// with each user and never comes again. Unlike an offset it stays right when
// users before it are deleted.
func Cursor(serial int64) string { return strconv.FormatInt(serial, 10) }

// ParseCursor returns the serial of a cursor, 0 of none, or an [api.Invalid].
func ParseCursor(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	serial, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || serial < 0 {
		return 0, api.Invalid{{
			Message:  "expected the next of another page",
			Location: "query.cursor",
		}}
	}
	return serial, nil
}

// Changed returns the user as the patch wants it.
func Changed(u api.User, p api.Patch) api.User {
	if p.Name != nil {
		u.Name = *p.Name
	}
	if p.Email != nil {
		u.Email = *p.Email
	}
	u.Version++
	return u
}

// Ended adds why ctx has ended, if it has and err does not say so: a driver may
// have an error of its own for a query that it has interrupted.
func Ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// Unavailable makes an [api.ErrUnavailable] of an error, and keeps it.
func Unavailable(err error) error {
	return fmt.Errorf("%w: %w", api.ErrUnavailable, err)
}
