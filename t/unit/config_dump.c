/* Prints the table of options, one a line: section, name, default and help, divided by tabs. */
#include <stdio.h>

#include "base/config.h"

int main(void)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];

        printf("%s\t%s\t%s\t%s\n", option->section, option->name, option->standard, option->help);
    }
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
