-- The server's names are at most 64 characters long and shared by all databases, hence the hash.

-- name: named_lock_take
-- No row lock, and no transaction is open; waits so many seconds.
SELECT GET_LOCK(SHA1(CONCAT(?, ' ', DATABASE())), ?);

-- name: named_lock_release
-- It would end with the connection too.
SELECT RELEASE_LOCK(SHA1(CONCAT(?, ' ', DATABASE())));
