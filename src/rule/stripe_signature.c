#include "rule/stripe_signature.h"

#include <string.h>

#include "base/clock.h"
#include "base/number.h"

/* Room for the digits of any int64_t. */
#define TIME_BYTES 20

/* One "name=value" of the header. */
struct item {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

/* Splits the LEN bytes at TEXT; without a "=" all of it is the name. */
static struct item item_split(const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - text);
    size_t skipped = equals == NULL ? len : name_len + 1;

    return (struct item){text, name_len, text + skipped, len - skipped};
}

static bool item_is(const struct item *item, const char *name)
{
    return item->name_len == strlen(name) && memcmp(item->name, name, item->name_len) == 0;
}

static bool time_read(const struct item *item, int64_t *ret_time_s)
{
    char digits[TIME_BYTES];

    if (item->value_len >= sizeof digits)
        return false;
    memcpy(digits, item->value, item->value_len);
    digits[item->value_len] = '\0';
    return number_read(digits, ret_time_s);
}

static bool is_digest(const struct item *item)
{
    return item->value_len == STRIPE_SIGNATURE_HEX_LEN &&
           strspn(item->value, "0123456789abcdef") >= STRIPE_SIGNATURE_HEX_LEN;
}

/* Adds one item to the signature. False if it cannot stand there. */
static bool item_add(const struct item *item, struct stripe_signature *signature)
{
    if (item_is(item, "t"))
        return signature->signed_at_s == 0 && time_read(item, &signature->signed_at_s);
    if (!item_is(item, "v1") || !is_digest(item))
        return true;
    if (signature->count == STRIPE_SIGNATURE_MAX)
        return false;
    signature->v1[signature->count++] = item->value;
    return true;
}

bool stripe_signature_read(const char *header, struct stripe_signature *ret_signature)
{
    struct stripe_signature signature = {0};

    for (const char *at = header;;) {
        size_t len = strcspn(at, ",");
        struct item item = item_split(at, len);

        if (!item_add(&item, &signature))
            return false;
        if (at[len] == '\0')
            break;
        at += len + 1;
    }
    if (signature.signed_at_s == 0 || signature.count == 0)
        return false;
    *ret_signature = signature;
    return true;
}

bool stripe_signature_is_fresh(const struct stripe_signature *signature, int64_t now_us)
{
    int64_t age_s = now_us / CLOCK_S_US - signature->signed_at_s;

    return age_s >= -STRIPE_SIGNATURE_TOLERANCE_S && age_s <= STRIPE_SIGNATURE_TOLERANCE_S;
}
