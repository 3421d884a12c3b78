package gorm

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// FindByKey returns the person with an id. Compare [Find].
func FindByKey(ctx context.Context, db *gorm.DB, id string) (p Person, err error) {
	// BUG(test): FindByKey gives gorm the id as a condition. A text there is
	// SQL, unless it is a number: of "" it finds the first person, and of
	// "newsletter" the first one who gets it.
	err = db.WithContext(ctx).First(&p, id).Error
	return p, err
}

// FindByStruct returns the person with an id. Compare [Find].
func FindByStruct(ctx context.Context, db *gorm.DB, id string) (p Person, err error) {
	// BUG(test): FindByStruct finds the first person if the id is empty: a
	// zero field of a struct is no condition.
	err = db.WithContext(ctx).Where(&Person{ID: id}).First(&p).Error
	return p, err
}

// FindAll returns the people with these ids. Compare [Find].
func FindAll(ctx context.Context, db *gorm.DB, ids ...string) ([]Person, error) {
	var all []Person
	var p Person
	for _, id := range ids {
		// BUG(test): FindAll does not find the second person: what a variable
		// has in its primary key already is one more condition.
		err := db.WithContext(ctx).First(&p, "id = ?", id).Error
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Unsubscribe ends the newsletter for a person, and keeps why. Compare
// [Subscribe].
func Unsubscribe(ctx context.Context, db *gorm.DB, id, why string) error {
	// BUG(test): Unsubscribe keeps why, and the newsletter goes on: Updates
	// leaves out what is zero in a struct, and false is.
	return db.WithContext(ctx).Model(&Person{ID: id}).
		Updates(Person{Newsletter: false, Reason: why}).Error
}

// Register adds a person. Compare [Add].
func Register(ctx context.Context, db *gorm.DB, p Person) {
	p.EmailKey = store.EmailKey(p.Email)
	// BUG(test): Register drops the error of Create, which is a field of what
	// it returns: errcheck does not see it, and nobody has been registered.
	db.WithContext(ctx).Create(&p)
}

// RegisterOnce adds a person, or returns [api.ErrTaken]. Compare [Add].
func RegisterOnce(ctx context.Context, db *gorm.DB, p Person) error {
	p.EmailKey = store.EmailKey(p.Email)
	err := gorm.G[Person](db).Create(ctx, &p)
	// BUG(test): RegisterOnce never says so, since gorm has this error only
	// with TranslateError in its Config: what was the client's mistake is a 500.
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return api.ErrTaken
	}
	return err
}

// Rename changes the address of a person who has been read before. Compare
// [Move].
func Rename(ctx context.Context, db *gorm.DB, p Person, email string) error {
	p.Email, p.EmailKey = email, store.EmailKey(email)
	// BUG(test): Rename makes a person anew whom somebody has deleted since:
	// where its UPDATE finds no row, Save goes on with an INSERT.
	return db.WithContext(ctx).Save(&p).Error
}

// A Hooked person computes its key by itself. Compare [Move].
type Hooked struct{ Person }

// TableName implements gorm's Tabler.
func (*Hooked) TableName() string { return "people" }

// BeforeSave is called by gorm.
func (h *Hooked) BeforeSave(*gorm.DB) error {
	// BUG(test): BeforeSave is called with the model and not with what is
	// written: Update("email", …) leaves the key of the old address, and the
	// same address can be given away twice.
	h.EmailKey = store.EmailKey(h.Email)
	return nil
}

// A Listing counts people. Compare [List].
type Listing struct{ subscribed *gorm.DB }

// NewListing counts those who get the newsletter.
func NewListing(db *gorm.DB) *Listing {
	return &Listing{db.Model(&Person{}).Where("newsletter")}
}

// Count counts those at a domain.
func (l *Listing) Count(domain string) (n int64, err error) {
	// BUG(race, panic?, fatal?): Count adds its condition to the query that all its
	// callers share, while others read it; the next caller has it too.
	err = l.subscribed.Where("email LIKE ?", "%@"+domain).Count(&n).Error
	return n, err
}

// Logged returns a logger as gorm's own one is. Compare [Log].
func Logged(w logger.Writer) logger.Interface {
	// BUG(test): Logged writes the values of each statement that fails: the
	// log has the address of everybody who registers twice.
	return logger.New(w, logger.Config{LogLevel: logger.Warn})
}

// A Member leaves by a mark in the row. Compare [Person].
type Member struct {
	ID    string `gorm:"primaryKey"`
	Email string `gorm:"unique"`
	// BUG(test): DeletedAt makes Delete keep the row: who has left is still in
	// the database, and so is the address, which nobody can take again.
	DeletedAt gorm.DeletedAt
}
