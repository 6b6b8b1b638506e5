#include "rule/api_key.h"

#include <string.h>

#define PREFIX_LEN (sizeof API_KEY_PREFIX - 1)
#define CHECK_LEN 6
#define BODY_LEN (API_KEY_LEN - CHECK_LEN)

/* 4 * 62 bytes give each digit equally often; the 8 that are left would favour the first ones. */
#define FAIR_LIMIT 248

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* CRC-32 of IEEE 802.3 (reflected polynomial EDB88320), as in zlib and PNG. */
static uint32_t crc32_of(const char *bytes, size_t len)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? UINT32_C(0xEDB88320) : 0);
    }
    return ~crc;
}

/* The checksum of a key's body as base-62 digits, the highest first. */
static void check_write(const char *body, char ret_check[CHECK_LEN])
{
    uint32_t crc = crc32_of(body, BODY_LEN);

    for (size_t i = CHECK_LEN; i > 0; i--) {
        ret_check[i - 1] = digits[crc % 62];
        crc /= 62;
    }
}

bool api_key_read(const char *text, char ret_public_id[API_KEY_ID_LEN + 1])
{
    char check[CHECK_LEN];

    if (strlen(text) != API_KEY_LEN || memcmp(text, API_KEY_PREFIX, PREFIX_LEN) != 0)
        return false;
    if (strspn(text + PREFIX_LEN, digits) != API_KEY_LEN - PREFIX_LEN)
        return false;
    check_write(text, check);
    if (memcmp(text + BODY_LEN, check, CHECK_LEN) != 0)
        return false;
    memcpy(ret_public_id, text + PREFIX_LEN, API_KEY_ID_LEN);
    ret_public_id[API_KEY_ID_LEN] = '\0';
    return true;
}

bool api_key_write(const unsigned char *random, size_t random_count, char ret_text[API_KEY_LEN + 1])
{
    char text[API_KEY_LEN + 1] = API_KEY_PREFIX;
    size_t len = PREFIX_LEN;

    for (size_t i = 0; i < random_count && len < BODY_LEN; i++)
        if (random[i] < FAIR_LIMIT)
            text[len++] = digits[random[i] % 62];
    if (len < BODY_LEN)
        return false;
    check_write(text, text + BODY_LEN);
    memcpy(ret_text, text, sizeof text);
    return true;
}
