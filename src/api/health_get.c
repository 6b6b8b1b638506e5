#include "api/answer.h"
#include "api/endpoint.h"
#include "api/readiness.h"
#include "api/request.h"
#include "edge/json_write.h"

/* That it is answered is all it says. */
enum err health_get(struct endpoint_env *env, struct request *request)
{
    struct json_node *root = json_node_new(request->arena);

    (void)env;
    json_node_add_text(root, "status", readiness_text(READINESS_PASS));
    answer_node(request, 200, root);
    request->answer.content_type = ANSWER_HEALTH_TYPE;
    return ERR_OK;
}
