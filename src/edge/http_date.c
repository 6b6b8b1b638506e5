#include "edge/http_date.h"

#include <curl/curl.h>

#include "base/clock.h"

bool http_date_read(const char *text, int64_t *ret_instant_us)
{
    time_t instant_s = curl_getdate(text, NULL);

    if (instant_s < 0)
        return false;
    *ret_instant_us = (int64_t)instant_s * CLOCK_S_US;
    return true;
}
