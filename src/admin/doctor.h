/*
 * `headwater doctor`: looks at everything the service needs, one check after the other, and says of
 * each what is so and what to do. It changes nothing, costs nothing, and does not need the service
 * to run. The checks stand in files by what they look at.
 */
#ifndef HW_ADMIN_DOCTOR_H
#define HW_ADMIN_DOCTOR_H

#include "base/base.h"
#include "remote/probe.h"

struct errmsg;
struct finding;
struct host_user;
struct http;
struct session;

/* The outside services. */
enum doctor_service { DOCTOR_SCRAPEBADGER, DOCTOR_STRIPE, DOCTOR_SERVICE__MAX };

struct doctor {
    struct session *session;                  /* its configuration and connection, once they are */
    const char *web_user;                     /* as whom the web server connects */
    const struct host_user *service_user;     /* whom headwaterd runs as; NULL: as we do */
    bool has_failed[64];                      /* by a check's place in the table */
    struct http *http;                        /* made by the first check that calls out */
    struct probe probes[DOCTOR_SERVICE__MAX]; /* what the services answered; for the clock */
};

/* How to give the service's user its rights. */
extern const char doctor_grant_advice[];

/* Whether the message is the database's that a right on a table is missing. */
bool doctor_is_denied(const struct errmsg *msg);

/* A question to the database failed: the message of FINDING says which. Adds state and mend. */
void doctor_query_fail(struct finding *finding);

/* All checks: what they found goes into FINDING. */

/* The configuration file, the three files with secrets, and the system's time zones. */
void doctor_check_configuration(struct doctor *doctor, struct finding *finding);
void doctor_check_scrapebadger_key(struct doctor *doctor, struct finding *finding);
void doctor_check_stripe_key(struct doctor *doctor, struct finding *finding);
void doctor_check_webhook_secret(struct doctor *doctor, struct finding *finding);
void doctor_check_time_zones(struct doctor *doctor, struct finding *finding);

/* The database: log-in, schema, tables, sessions, rights; and what the reconciler has left. */
void doctor_check_database(struct doctor *doctor, struct finding *finding);
void doctor_check_schema(struct doctor *doctor, struct finding *finding);
void doctor_check_charset(struct doctor *doctor, struct finding *finding);
void doctor_check_isolation(struct doctor *doctor, struct finding *finding);
void doctor_check_rights(struct doctor *doctor, struct finding *finding);
void doctor_check_reconciler(struct doctor *doctor, struct finding *finding);

/* The sockets: there, and open to the web server. */
void doctor_check_socket(struct doctor *doctor, struct finding *finding);
void doctor_check_quick_socket(struct doctor *doctor, struct finding *finding);

/* The outside services, and this machine's clock against theirs and the database's. */
void doctor_check_scrapebadger(struct doctor *doctor, struct finding *finding);
void doctor_check_stripe(struct doctor *doctor, struct finding *finding);
void doctor_check_clock(struct doctor *doctor, struct finding *finding);

/* Room on the disks, and whether headwaterd may write the log. */
void doctor_check_database_disk(struct doctor *doctor, struct finding *finding);
void doctor_check_log_disk(struct doctor *doctor, struct finding *finding);

#endif
