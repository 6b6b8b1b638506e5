#include "rule/label_suggest.h"

#include <string.h>

/* 100 code points, the longest name of a label. Anything longer resembles nothing. */
#define FOLDED_MAX 400
#define PREFIX_MIN 3
#define WORD_MIN 3

/* Scores, the smaller the better: an edit costs 10, and no more than three edits are allowed;
 * behind them come prefixes, by what is missing; behind those, shared words, by what differs. */
#define SCORE_EDIT 10U
#define SCORE_PREFIX 31U
#define SCORE_PREFIX_SPAN 20U
#define SCORE_WORD 60U
#define SCORE_NONE UINT32_MAX

struct folded {
    char text[FOLDED_MAX];
    size_t len;
};

struct guess {
    const char *canonical;
    unsigned score;
};

/* Lower-cases ASCII; false if the text is too long. */
static bool folded_read(const char *text, struct folded *folded)
{
    folded->len = strlen(text);
    if (folded->len > FOLDED_MAX)
        return false;
    for (size_t i = 0; i < folded->len; i++)
        folded->text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
    return true;
}

/* How many edits are still a slip of the pen in a text of that length. */
static unsigned edit_limit(size_t len)
{
    if (len < 3)
        return 0;
    if (len < 6)
        return 1;
    return len < 11 ? 2 : 3;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* One row of the table of edit distances: A[0..i] against every beginning of B. Rows hold I edits
 * in column 0. Returns the row's smallest entry. */
static unsigned edit_row(const struct folded *a, size_t i, const struct folded *b,
                         const uint16_t *before_last, const uint16_t *last, uint16_t *row)
{
    unsigned smallest = (unsigned)i;

    row[0] = (uint16_t)i;
    for (size_t j = 1; j <= b->len; j++) {
        char here = a->text[i - 1];
        unsigned best = last[j - 1] + (here == b->text[j - 1] ? 0U : 1U);

        best = least(best, least(last[j], row[j - 1]) + 1U);
        if (i > 1 && j > 1 && here == b->text[j - 2] && a->text[i - 2] == b->text[j - 1])
            best = least(best, before_last[j - 2] + 1U);
        row[j] = (uint16_t)best;
        smallest = least(smallest, best);
    }
    return smallest;
}

/* Damerau and Levenshtein's distance (optimal string alignment: insert, delete, replace, swap two
 * neighbours), in three rows. Anything above LIMIT may be answered for more than LIMIT. */
static unsigned edit_distance(const struct folded *a, const struct folded *b, unsigned limit)
{
    uint16_t rows[3][FOLDED_MAX + 1];
    unsigned smallest = 0;

    if ((a->len > b->len ? a->len - b->len : b->len - a->len) > limit)
        return limit + 1;
    for (size_t j = 0; j <= b->len; j++)
        rows[0][j] = (uint16_t)j;
    for (size_t i = 1; i <= a->len; i++) {
        unsigned earlier = smallest;

        smallest = edit_row(a, i, b, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]);
        if (smallest > limit && earlier > limit)
            return limit + 1;
    }
    return rows[a->len % 3][b->len];
}

static unsigned score_by_prefix(const struct folded *a, const struct folded *b)
{
    const struct folded *brief = a->len < b->len ? a : b;
    const struct folded *longer = brief == a ? b : a;
    unsigned missing = (unsigned)(longer->len - brief->len);

    if (brief->len < PREFIX_MIN || memcmp(brief->text, longer->text, brief->len) != 0)
        return SCORE_NONE;
    return SCORE_PREFIX + least(missing, SCORE_PREFIX_SPAN);
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || (byte & 0x80) != 0;
}

/* Words too short or too common to say what a label means. */
static bool is_filler(const char *word, size_t len)
{
    return len < WORD_MIN ||
           (len == 3 && (memcmp(word, "and", 3) == 0 || memcmp(word, "the", 3) == 0 ||
                         memcmp(word, "for", 3) == 0));
}

/* Finds the next word at or behind *AT that is no filler; false at the end. */
static bool word_next(const struct folded *text, size_t *at, const char **ret_word, size_t *ret_len)
{
    while (*at < text->len) {
        const char *word = text->text + *at;
        size_t start = *at;

        while (*at < text->len && is_word_byte(text->text[*at]))
            (*at)++;
        *ret_word = word;
        *ret_len = *at - start;
        if (*at == start)
            (*at)++;
        else if (!is_filler(word, *ret_len))
            return true;
    }
    return false;
}

static bool has_word(const struct folded *text, const char *wanted, size_t wanted_len)
{
    size_t at = 0;
    size_t len;
    const char *word;

    while (word_next(text, &at, &word, &len))
        if (len == wanted_len && memcmp(word, wanted, len) == 0)
            return true;
    return false;
}

/* Counts the words of A, and those of them that are in B. */
static unsigned count_words(const struct folded *a, const struct folded *b, unsigned *ret_shared)
{
    unsigned count = 0;
    size_t at = 0;
    size_t len;
    const char *word;

    *ret_shared = 0;
    while (word_next(a, &at, &word, &len)) {
        count++;
        *ret_shared += has_word(b, word, len);
    }
    return count;
}

/* At least half the words of the shorter text must be in the other one. */
static unsigned score_by_words(const struct folded *a, const struct folded *b)
{
    unsigned a_shared, b_shared;
    unsigned a_count = count_words(a, b, &a_shared);
    unsigned b_count = count_words(b, a, &b_shared);
    unsigned shared = least(a_shared, b_shared);

    if (shared == 0 || shared * 2 < least(a_count, b_count))
        return SCORE_NONE;
    return SCORE_WORD + (a_count - a_shared) + (b_count - b_shared);
}

static unsigned score_of(const struct folded *text, const char *name)
{
    struct folded folded;
    unsigned limit = edit_limit(text->len);
    unsigned distance, score;

    if (!folded_read(name, &folded))
        return SCORE_NONE;
    distance = edit_distance(text, &folded, limit);
    if (distance <= limit)
        return distance * SCORE_EDIT;
    score = score_by_prefix(text, &folded);
    return score != SCORE_NONE ? score : score_by_words(text, &folded);
}

static bool guess_is_better(const struct guess *a, const struct guess *b)
{
    if (a->score != b->score)
        return a->score < b->score;
    return strcmp(a->canonical, b->canonical) < 0;
}

/* Puts a guess in its place among the best, one for each label; returns how many there are then.
 * The array has room for one more than are kept. */
static size_t guess_put(struct guess best[LABEL_SUGGEST_MAX + 1], size_t count, struct guess guess)
{
    size_t at = 0;

    while (at < count && strcmp(best[at].canonical, guess.canonical) != 0)
        at++;
    if (at == count)
        count++;
    else if (!guess_is_better(&guess, &best[at]))
        return count;
    for (; at > 0 && guess_is_better(&guess, &best[at - 1]); at--)
        best[at] = best[at - 1];
    best[at] = guess;
    return count < LABEL_SUGGEST_MAX ? count : LABEL_SUGGEST_MAX;
}

size_t label_suggest(const char *text, const struct label_name *names, size_t name_count,
                     const char *ret_labels[LABEL_SUGGEST_MAX])
{
    struct guess best[LABEL_SUGGEST_MAX + 1];
    struct folded folded;
    size_t count = 0;

    if (!folded_read(text, &folded))
        return 0;
    for (size_t i = 0; i < name_count; i++) {
        struct guess guess = {names[i].canonical, score_of(&folded, names[i].name)};

        if (guess.score != SCORE_NONE)
            count = guess_put(best, count, guess);
    }
    for (size_t i = 0; i < count; i++)
        ret_labels[i] = best[i].canonical;
    return count;
}
