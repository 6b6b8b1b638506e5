#include "edge/service_manager.h"

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

/* Two signs of life may get lost. */
#define SIGN_COUNT 3

static int64_t last_sign_us;

/* Between two signs of life; 0 if nobody waits for any. */
static int64_t sign_pause_us(void)
{
    static int64_t pause_us = -1;
    uint64_t limit_us = 0;

    if (pause_us < 0)
        pause_us = sd_watchdog_enabled(false, &limit_us) > 0 ? (int64_t)limit_us / SIGN_COUNT : 0;
    return pause_us;
}

void service_manager_ready(void)
{
    sd_notify(false, "READY=1");
}

void service_manager_reloading(void)
{
    sd_notify(false, "RELOADING=1");
}

void service_manager_stopping(void)
{
    sd_notify(false, "STOPPING=1");
}

void service_manager_alive(int64_t now_us)
{
    if (sign_pause_us() == 0 || now_us - last_sign_us < sign_pause_us())
        return;
    last_sign_us = now_us;
    sd_notify(false, "WATCHDOG=1");
}

#else

void service_manager_ready(void)
{
}

void service_manager_reloading(void)
{
}

void service_manager_stopping(void)
{
}

void service_manager_alive(int64_t now_us)
{
    (void)now_us;
}

#endif
