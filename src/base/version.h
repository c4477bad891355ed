#ifndef WSTAP_BASE_VERSION_H
#define WSTAP_BASE_VERSION_H

/* The one place that names the version: the manual and the packages read it
 * from here. */
#define WSTAP_VERSION "0.1.0"

#endif
