#include "base/number.h"

bool number_read(const char *text, int64_t *ret_number)
{
    int64_t number = 0;

    if (*text < '1' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *text - '0', &number))
            return false;
    if (*text != '\0')
        return false;
    *ret_number = number;
    return true;
}
