/* Hashes and random bytes, from OpenSSL's libcrypto. */
#ifndef HW_EDGE_DIGEST_H
#define HW_EDGE_DIGEST_H

#include "base/base.h"

struct arena;

#define DIGEST_BYTES 32

/* SHA-256 of LEN bytes. Ends the process if the library cannot. */
void digest_sha256(const void *bytes, size_t len, unsigned char ret_digest[DIGEST_BYTES]);

/* HMAC-SHA256 (RFC 2104) of LEN bytes under a key. Ends the process if the library cannot. */
void digest_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
                 unsigned char ret_digest[DIGEST_BYTES]);

/* True if both runs of LEN bytes are equal; takes the same time wherever they differ. */
bool digest_equal(const void *a, const void *b, size_t len);

/* LEN bytes from the system's random generator. Ends the process if there are none. */
void digest_random(void *ret_bytes, size_t len);

/* LEN bytes as lower-case hexadecimal, NUL-terminated; TEXT holds 2 * LEN + 1. */
void digest_write_hex(const unsigned char *bytes, size_t len, char *ret_text);

/* A name that nobody can guess or meet twice: 32 random hexadecimal digits, on ARENA. */
const char *digest_random_name(struct arena *arena);

#endif
