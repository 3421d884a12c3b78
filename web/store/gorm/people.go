package gorm

import (
	"context"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// A Person is somebody who may get a newsletter.
type Person struct {
	ID         string `gorm:"primaryKey"`
	Email      string
	EmailKey   string `gorm:"unique"` // store.EmailKey of Email
	Newsletter bool
	Reason     string // why not
}

// Find returns the person with an id, or [api.ErrNotFound].
func Find(ctx context.Context, db *gorm.DB, id string) (Person, error) {
	p, err := gorm.G[Person](db).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Person{}, api.ErrNotFound
	}
	return p, err
}

// Add adds a person, or returns [api.ErrTaken].
func Add(ctx context.Context, db *gorm.DB, p Person) error {
	p.EmailKey = store.EmailKey(p.Email)
	err := gorm.G[Person](db).Create(ctx, &p)
	if errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) {
		return fmt.Errorf("%w: %w", api.ErrTaken, err)
	}
	return err
}

// Subscribe says whether a person gets the newsletter.
func Subscribe(ctx context.Context, db *gorm.DB, id string, on bool) error {
	n, err := gorm.G[Person](db).Where("id = ?", id).
		Select("newsletter").Updates(ctx, Person{Newsletter: on})
	return found(n, err)
}

// Move changes the address of a person.
func Move(ctx context.Context, db *gorm.DB, id, email string) error {
	n, err := gorm.G[Person](db).Where("id = ?", id).
		Select("email", "email_key").
		Updates(ctx, Person{Email: email, EmailKey: store.EmailKey(email)})
	return found(n, err)
}

// found says [api.ErrNotFound] of a statement that has found no row.
func found(n int, err error) error {
	if err == nil && n == 0 {
		return api.ErrNotFound
	}
	return err
}

// A List counts people, for any number of goroutines.
type List struct{ subscribed *gorm.DB }

// NewList counts those who get the newsletter. Session ends the chain: what is
// called on it begins one of its own.
func NewList(db *gorm.DB) *List {
	return &List{db.Model(&Person{}).Where("newsletter").Session(&gorm.Session{})}
}

// Count counts those at a domain.
func (l *List) Count(ctx context.Context, domain string) (n int64, err error) {
	err = l.subscribed.WithContext(ctx).Where("email LIKE ?", "%@"+domain).
		Count(&n).Error
	return n, err
}

// Log returns a logger that writes statements without their values, and nothing
// of a row that is not there.
func Log(w logger.Writer) logger.Interface {
	return logger.New(w, logger.Config{
		LogLevel:                  logger.Warn,
		IgnoreRecordNotFoundError: true,
		ParameterizedQueries:      true,
	})
}
