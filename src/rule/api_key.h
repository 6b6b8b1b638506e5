/*
 * The form of an API key: "hw_live_", 8 characters of public id, 36 of secret, 6 of checksum, all
 * base 62. The checksum (CRC-32 of all before it) refuses a mistyped key without the database.
 */
#ifndef HW_RULE_API_KEY_H
#define HW_RULE_API_KEY_H

#include "base/base.h"

#define API_KEY_PREFIX "hw_live_"
#define API_KEY_ID_LEN 8
#define API_KEY_SECRET_LEN 36
#define API_KEY_LEN (sizeof API_KEY_PREFIX - 1 + API_KEY_ID_LEN + API_KEY_SECRET_LEN + 6)
#define API_KEY_RANDOM_BYTES (API_KEY_ID_LEN + API_KEY_SECRET_LEN)

/* True if TEXT has the form of a key, checksum included; then the public id is copied out. */
bool api_key_read(const char *text, char ret_public_id[API_KEY_ID_LEN + 1]) HW_MUST_CHECK;

/* Makes a key of random bytes: each of the RANDOM_COUNT bytes that is below 248 gives one base-62
 * digit without bias; the others are skipped. False if there were too few. */
bool api_key_write(const unsigned char *random, size_t random_count,
                   char ret_text[API_KEY_LEN + 1]) HW_MUST_CHECK;

#endif
