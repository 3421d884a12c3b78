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
