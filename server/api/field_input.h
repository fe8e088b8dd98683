/* Values of the house's own fields in a request: {"risk": "C3", "vip": true, "tags": ["a"]}. */
#ifndef API_FIELD_INPUT_H
#define API_FIELD_INPUT_H

struct customer_change;
struct input;

/* Reads the member "fields" into the change; null and "" clear a value. What the fields are is
 * known to the writer, which refuses what does not fit and names the field. */
void field_values_read(struct input *in, struct customer_change *change);

#endif
