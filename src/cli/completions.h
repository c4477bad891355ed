#ifndef WSTAP_CLI_COMPLETIONS_H
#define WSTAP_CLI_COMPLETIONS_H

#include <stdio.h>

/* Write what the option table has to say in the shells' completions: bash's
 * cases of what each option's value may be, and every shell's list of
 * options. What they call is in completions/. */
void completions_bash_values(FILE *out);
void completions_bash_options(FILE *out);
void completions_zsh_options(FILE *out);
void completions_fish_options(FILE *out);

#endif
