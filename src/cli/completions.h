#ifndef WSTAP_CLI_COMPLETIONS_H
#define WSTAP_CLI_COMPLETIONS_H

#include <stdio.h>

/* Write the shells' completions, from the option table. */
void completions_bash(FILE *out);
void completions_zsh(FILE *out);
void completions_fish(FILE *out);

#endif
