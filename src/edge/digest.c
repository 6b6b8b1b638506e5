#include "edge/digest.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/arena.h"

#define RANDOM_NAME_BYTES 16

/* Fetched once: looking an algorithm up by name costs more than hashing a key with it. */
static const EVP_MD *sha256(void)
{
    static EVP_MD *algorithm;

    if (algorithm == NULL)
        algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (algorithm == NULL)
        abort();
    return algorithm;
}

void digest_sha256(const void *bytes, size_t len, unsigned char ret_digest[DIGEST_BYTES])
{
    unsigned int written = 0;

    if (EVP_Digest(bytes, len, ret_digest, &written, sha256(), NULL) != 1 ||
        written != DIGEST_BYTES)
        abort();
}

void digest_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
                 unsigned char ret_digest[DIGEST_BYTES])
{
    size_t written = 0;

    if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_len, bytes, len, ret_digest,
                  DIGEST_BYTES, &written) == NULL ||
        written != DIGEST_BYTES)
        abort();
}

bool digest_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void digest_random(void *ret_bytes, size_t len)
{
    if (RAND_bytes(ret_bytes, (int)len) != 1)
        abort();
}

void digest_write_hex(const unsigned char *bytes, size_t len, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_text[2 * len] = '\0';
}

const char *digest_random_name(struct arena *arena)
{
    unsigned char random[RANDOM_NAME_BYTES];
    char *name = arena_alloc(arena, 2 * sizeof random + 1);

    digest_random(random, sizeof random);
    digest_write_hex(random, sizeof random, name);
    return name;
}
