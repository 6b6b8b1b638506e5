#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"
#include "body.h"
#include "edge/json_write.h"

static void test_object(void **state)
{
    struct arena *arena = arena_new();
    struct json_node *root = json_node_new(arena);
    struct buf text;

    (void)state;
    json_node_add_text(root, "z", "a/b\"\\\n\x01\xC3\xA9");
    json_node_add_text(root, "none", NULL);
    json_node_add_int(root, "big", INT64_MAX);
    json_node_add_int(root, "small", INT64_MIN);
    json_node_add_bool(root, "yes", true);
    json_node_add_bool(root, "no", false);
    json_node_add_null(root, "null");
    buf_init(&text, arena);
    json_node_write(root, &text);
    assert_string_equal(text.text, "{\"z\":\"a/b\\\"\\\\\\n\\u0001\xC3\xA9\",\"none\":null,"
                                   "\"big\":9223372036854775807,\"small\":-9223372036854775808,"
                                   "\"yes\":true,\"no\":false,\"null\":null}");
    arena_free(arena);
}

static void test_nesting(void **state)
{
    struct arena *arena = arena_new();
    struct json_node *root = json_node_new(arena);
    struct json_node *list = json_node_add_array(root, "list");
    struct json_node *object = json_node_add_object(root, "object");
    struct buf text;

    (void)state;
    json_node_push_text(list, "a");
    json_node_push_text(list, NULL);
    json_node_add_int(json_node_push_object(list), "b", 1);
    json_node_push_text(json_node_push_array(list), "2");
    json_node_add_text(object, "c", "d");
    buf_init(&text, arena);
    json_node_write(root, &text);
    assert_string_equal(text.text,
                        "{\"list\":[\"a\",null,{\"b\":1},[\"2\"]],\"object\":{\"c\":\"d\"}}");
    arena_free(arena);
}

static void test_write_appends(void **state)
{
    struct arena *arena = arena_new();
    struct json_node *root = json_node_new(arena);
    struct buf text;

    (void)state;
    buf_init(&text, arena);
    json_node_write(root, &text);
    json_node_add_int(root, "a", 1);
    json_node_write(root, &text);
    assert_string_equal(text.text, "{}{\"a\":1}");
    arena_free(arena);
}

static void assert_canonical(const char *source, const char *expected)
{
    struct arena *arena = arena_new();
    struct buf text;

    buf_init(&text, arena);
    json_value_write_canonical(body_value(arena, source), &text);
    assert_string_equal(text.text, expected);
    arena_free(arena);
}

static void test_canonical(void **state)
{
    (void)state;
    assert_canonical("null", "null");
    assert_canonical(" [ ] ", "[]");
    assert_canonical("{ \"b\" : 1 , \"a\" : [ true, null, \"\\u0061\\/\" ] }",
                     "{\"a\":[true,null,\"a/\"],\"b\":1}");
    assert_canonical("{\"\\u0062\":1,\"a\":{\"z\":1,\"Z\":2,\"\xC3\xA9\":3}}",
                     "{\"a\":{\"Z\":2,\"z\":1,\"\xC3\xA9\":3},\"b\":1}");
    assert_canonical("[-0,9223372036854775807,1.5,1e2,\"1\"]",
                     "[0,9223372036854775807,1.5,100.0,\"1\"]");
    assert_canonical("[3,1,2]", "[3,1,2]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_write_appends),
        cmocka_unit_test(test_canonical),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
