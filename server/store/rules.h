/* The rows of keyword rules. */
#ifndef STORE_RULES_H
#define STORE_RULES_H

#include "model/rule_row.h"
#include "store/value.h"

void record_rule(const struct value *v, struct rule_row *out); /* RULE_FIELDS */
void
record_rule_version(const struct value *v, struct rule_row *out); /* RULE_VERSION_… */
void record_rule_settings(const struct value *v, struct rule_settings_row *out);

#endif
