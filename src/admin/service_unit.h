/* What systemd hands to the service. Source: systemd.unit(5), systemd.exec(5). */
#ifndef HW_ADMIN_SERVICE_UNIT_H
#define HW_ADMIN_SERVICE_UNIT_H

#include "base/base.h"

struct arena;

/* Whether the unit headwater.service hands the file PATH to the service as a credential of the
 * file's name: then systemd reads it, as root, and the service need not be able to. The unit is
 * looked for where systemd does, the first decides; its drop-ins are not read. */
bool service_unit_hands_over(struct arena *arena, const char *path);

#endif
