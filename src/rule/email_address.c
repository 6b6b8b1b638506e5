#include "rule/email_address.h"

#include <string.h>

#include "rule/host_name.h"

#define LOCAL_BYTES_MAX 64

static const char local_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  ".!#$%&'*+/=?^_`{|}~-";

static bool local_check(const char *local, size_t len)
{
    if (len < 1 || len > LOCAL_BYTES_MAX || strspn(local, local_bytes) != len)
        return false;
    if (local[0] == '.' || local[len - 1] == '.')
        return false;
    for (size_t i = 1; i < len; i++)
        if (local[i] == '.' && local[i - 1] == '.')
            return false;
    return true;
}

bool email_address_check(const char *text)
{
    size_t local_len = strcspn(text, "@");

    if (strlen(text) > EMAIL_ADDRESS_BYTES_MAX || text[local_len] != '@')
        return false;
    return local_check(text, local_len) && host_name_check(text + local_len + 1);
}
