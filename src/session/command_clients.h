#ifndef WSTAP_SESSION_COMMAND_CLIENTS_H
#define WSTAP_SESSION_COMMAND_CLIENTS_H

#include <stdbool.h>

struct command;
struct session;

/* The commands of a listener, each as in the table of session/command.c. */

/* "/clients": who is there; the one that the input goes to is marked. */
void command_clients(struct session *s, const char *args);

/* Whether it is done for each client that what is typed goes to. */
bool command_is_each(const struct command *c);

/* "/to 2": what is typed goes to client 2; "/to all": to all of them. */
void command_to(struct session *s, const char *args);

#endif
