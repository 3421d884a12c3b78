-- +goose Up
CREATE TABLE users (
    serial    INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    id        TEXT    NOT NULL UNIQUE,
    name      TEXT    NOT NULL,
    email     TEXT    NOT NULL,
    email_key TEXT    NOT NULL UNIQUE, -- store.EmailKey(email)
    version   INTEGER NOT NULL
) STRICT;

-- What a call with an Idempotency-Key was given, and the user that it made. It
-- outlives that user.
CREATE TABLE keys (
    key     TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    email   TEXT NOT NULL,
    user_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE keys;
DROP TABLE users;
