#include "rule/stream_input.h"

#include <string.h>

#include "base/text.h"
#include "rule/delivery_input.h"
#include "rule/field.h"
#include "rule/pair_input.h"
#include "rule/problem.h"
#include "rule/schedule_input.h"
#include "rule/stream_choice.h"
#include "rule/stream_reading.h"

#define NAME_LEN_MAX 200

static struct stream_input *input_of(void *reading)
{
    return ((struct stream_reading *)reading)->input;
}

static void input_read_name(const struct field *field, void *reading)
{
    const char *text;

    if (!field_read_text(field, &text))
        return;
    text = text_trim(field->problems->arena, text);
    if (field_check_length(field, text, NAME_LEN_MAX) && field_check_no_control(field, text))
        input_of(reading)->name = text;
}

static void input_read_enrich_linkedin(const struct field *field, void *reading)
{
    (void)field_read_bool(field, &input_of(reading)->auto_enrich_linkedin);
}

static void input_read_enrich_email(const struct field *field, void *reading)
{
    (void)field_read_bool(field, &input_of(reading)->auto_enrich_email);
}

static void input_read_email_mode(const struct field *field, void *reading)
{
    unsigned index;

    if (field_read_choice(field, email_mode_texts, EMAIL_MODE__MAX, &index))
        input_of(reading)->email_mode = (enum email_mode)index;
}

static void input_read_email_digest(const struct field *field, void *reading)
{
    unsigned index;

    if (field_read_choice(field, email_digest_texts, EMAIL_DIGEST__MAX, &index))
        input_of(reading)->email_digest = (enum email_digest)index;
}

static void input_read_telegram(const struct field *field, void *reading)
{
    bool boolean;

    if (field_read_bool(field, &boolean))
        input_of(reading)->telegram = boolean ? TELEGRAM_TRUE : TELEGRAM_FALSE;
}

static const struct field_rule rules[] = {
    {.name = "name", .read = input_read_name},
    {.name = "pairs", .required = true, .read = pair_input_read_list},
    {.name = "syncTimes", .read = schedule_input_read_times},
    {.name = "timezone", .read = schedule_input_read_timezone},
    {.name = "autoEnrichLinkedin", .read = input_read_enrich_linkedin},
    {.name = "autoEnrichEmail", .read = input_read_enrich_email},
    {.name = "emailMode", .read = input_read_email_mode},
    {.name = "emailDigestOverride", .read = input_read_email_digest},
    {.name = "telegramOverride", .read = input_read_telegram},
    {.name = "deliveryDestination", .read = delivery_input_read_destination},
    {.name = "webhookUrl", .read = delivery_input_read_webhook},
    {.name = "csvEmailRecipients", .read = delivery_input_read_csv},
};

const struct field_table stream_input_fields = {rules, HW_COUNT(rules)};

void stream_input_read(const struct stream_input_env *env, const struct value *body,
                       struct problem_list *problems, struct stream_input *ret_input)
{
    struct field field = {.value = body, .pointer = "", .problems = problems};
    struct stream_reading reading = {.env = env, .input = ret_input};

    memset(ret_input, 0, sizeof *ret_input);
    ret_input->email_mode = EMAIL_MODE_ANY;
    if (!field_read_object(&field, &stream_input_fields, &reading))
        return;
    if (ret_input->delivery == DELIVERY_LEADS_PLUS_WEBHOOK &&
        value_find(body, "webhookUrl") == NULL)
        problem_add(problems, "/webhookUrl", "required",
                    "is required with deliveryDestination \"leads_plus_webhook\"");
}
