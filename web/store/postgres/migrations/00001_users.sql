-- +goose Up
CREATE TABLE users (
    serial    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never used twice
    id        text   NOT NULL UNIQUE,
    name      text   NOT NULL,
    email     text   NOT NULL,
    email_key text   NOT NULL CONSTRAINT users_email_key UNIQUE, -- store.EmailKey(email)
    version   bigint NOT NULL
);

-- What a call with an Idempotency-Key was given, and the user that it made. It
-- outlives that user.
CREATE TABLE keys (
    key     text PRIMARY KEY,
    name    text NOT NULL,
    email   text NOT NULL,
    user_id text NOT NULL
);

-- +goose Down
DROP TABLE keys;
DROP TABLE users;
