/*
 * Telling the service manager how this process is, if it asked to be told: sd_notify(3) and
 * sd_watchdog_enabled(3) of libsystemd. Without the library at build time, or without a manager
 * that asked (NOTIFY_SOCKET), all of it does nothing. Best effort: a manager that does not listen
 * is no reason not to serve.
 */
#ifndef HW_EDGE_SERVICE_MANAGER_H
#define HW_EDGE_SERVICE_MANAGER_H

#include "base/base.h"

/* The service is at work: after the start, and after a reload, also one that was refused. */
void service_manager_ready(void);

/* The configuration is being read again. */
void service_manager_reloading(void);

/* The service finishes what it is at, and ends. */
void service_manager_stopping(void);

/* A sign of life at NOW_US (monotonic), three in the time in which the manager waits for one. To be
 * given again and again while all is well. */
void service_manager_alive(int64_t now_us);

#endif
