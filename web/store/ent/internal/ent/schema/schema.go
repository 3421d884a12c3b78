// Package schema says what ent generates its code from.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// User is a row of the table users.
type User struct{ ent.Schema }

// Fields implements [ent.Interface]. What ent calls id is the number here: it
// is the key, and ent's own is an integer too.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").StorageKey("serial"),
		field.String("uid").StorageKey("id").Unique().Immutable(),
		field.String("name"),
		field.String("email"),
		field.String("email_key").Unique(),
		field.Int("version"),
	}
}

// Key is a row of the table keys.
type Key struct{ ent.Schema }

// Fields implements [ent.Interface].
func (Key) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").StorageKey("key"),
		field.String("name"),
		field.String("email"),
		field.String("user_id"),
	}
}

// Annotations implements [ent.Interface]: the tables are those of the
// migrations, and ent makes none.
func (Key) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "keys"}}
}
