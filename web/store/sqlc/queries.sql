-- name: InsertUser :exec
INSERT INTO users (id, name, email, email_key, version) VALUES (?, ?, ?, ?, ?);

-- name: InsertKey :exec
INSERT INTO keys (key, name, email, user_id) VALUES (?, ?, ?, ?);

-- name: FindKey :one
SELECT * FROM keys WHERE key = ?;

-- name: GetUser :one
SELECT * FROM users WHERE id = ?;

-- name: ListUsers :many
SELECT * FROM users WHERE serial > sqlc.arg(after)
ORDER BY serial LIMIT sqlc.arg(most);

-- name: UpdateUser :exec
UPDATE users SET name = ?, email = ?, email_key = ?, version = ? WHERE id = ?;

-- name: DeleteUser :exec
DELETE FROM users WHERE id = ?;

-- name: Ping :one
SELECT 1;

-- name: LatestSerial :one
SELECT CAST(coalesce(max(serial), 0) AS INTEGER) FROM users;

-- name: NewestSerial :one
SELECT CAST(max(serial) AS INTEGER) FROM users;

-- name: SetName :execrows
UPDATE users SET name = ? WHERE id = ?;

-- name: SetNameUnasked :exec
UPDATE users SET name = ? WHERE id = ?;
