#include "api/answer.h"
#include "api/endpoint.h"
#include "api/readiness.h"
#include "api/request.h"
#include "edge/json_write.h"

static void add_check(struct json_node *checks, const struct readiness_check *check)
{
    struct json_node *item = json_node_push_object(json_node_add_array(checks, check->name));

    json_node_add_text(item, "status", readiness_text(check->status));
    if (check->output != NULL)
        json_node_add_text(item, "output", check->output);
}

enum err ready_get(struct endpoint_env *env, struct request *request)
{
    struct json_node *root = json_node_new(request->arena);
    struct json_node *checks;
    struct readiness readiness;

    request->step = "look whether all is ready";
    readiness_look(env, request->arena, &readiness);
    json_node_add_text(root, "status", readiness_text(readiness.status));
    json_node_add_text(root, "version", PACKAGE_VERSION);
    checks = json_node_add_object(root, "checks");
    for (size_t i = 0; i < READINESS_CHECKS; i++)
        add_check(checks, &readiness.checks[i]);
    answer_node(request, readiness.status == READINESS_FAIL ? 503 : 200, root);
    request->answer.content_type = ANSWER_HEALTH_TYPE;
    return ERR_OK;
}
