/* An HTTP peer for tests, in a process of its own: what it does is chosen by the path. */
#ifndef HW_UNIT_RAW_SERVER_H
#define HW_UNIT_RAW_SERVER_H

/* Starts it on a free loopback port; ends the program if that fails. */
void raw_server_start(void);
void raw_server_stop(void);
int raw_server_port(void);

/* A loopback port on which nobody listens. */
int raw_server_free_port(void);

#endif
