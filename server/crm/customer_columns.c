#include "crm/customer_columns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define FIELD_PREFIX "field."

static const char *const plain_targets[] = {"", "external_id", "name", "gender",
	"language", "company", "remark", "owner", "phone", "email", "wechat"};

/* Headings as lists have them, in small letters and without what separates words. */
static const struct {
	const char *heading;
	const char *target;
} known[] = {
	{"externalid", "external_id"},
	{"customerno", "external_id"},
	{"customerid", "external_id"},
	{"customernumber", "external_id"},
	{"clientno", "external_id"},
	{"clientid", "external_id"},
	{"id", "external_id"},
	{"客户号", "external_id"},
	{"客户编号", "external_id"},
	{"客户代码", "external_id"},
	{"客户id", "external_id"},
	{"资金账号", "external_id"},
	{"编号", "external_id"},
	{"name", "name"},
	{"fullname", "name"},
	{"customername", "name"},
	{"姓名", "name"},
	{"客户姓名", "name"},
	{"客户名称", "name"},
	{"名称", "name"},
	{"gender", "gender"},
	{"sex", "gender"},
	{"性别", "gender"},
	{"language", "language"},
	{"语言", "language"},
	{"company", "company"},
	{"organisation", "company"},
	{"organization", "company"},
	{"单位", "company"},
	{"公司", "company"},
	{"工作单位", "company"},
	{"remark", "remark"},
	{"remarks", "remark"},
	{"note", "remark"},
	{"备注", "remark"},
	{"owner", "owner"},
	{"agent", "owner"},
	{"manager", "owner"},
	{"负责人", "owner"},
	{"客户经理", "owner"},
	{"phone", "phone"},
	{"mobile", "phone"},
	{"mobilephone", "phone"},
	{"telephone", "phone"},
	{"phonenumber", "phone"},
	{"tel", "phone"},
	{"电话", "phone"},
	{"手机", "phone"},
	{"手机号", "phone"},
	{"手机号码", "phone"},
	{"联系电话", "phone"},
	{"固定电话", "phone"},
	{"email", "email"},
	{"mail", "email"},
	{"emailaddress", "email"},
	{"邮箱", "email"},
	{"电子邮箱", "email"},
	{"电子邮件", "email"},
	{"wechat", "wechat"},
	{"微信", "wechat"},
	{"微信号", "wechat"},
};

/* Small letters; blanks, dashes, underlines, dots and a star of "required" are dropped. */
static void
plain_heading(const char *heading, char *out, size_t size)
{
	size_t length = 0;

	for (const char *p = heading; *p != '\0' && length + 1 < size; p++) {
		if (strchr(" \t\r\n-_.*:", *p) == NULL) {
			out[length++] = (char)tolower((unsigned char)*p);
		}
	}
	out[length] = '\0';
}

const struct field *
customer_column_field(const char *target, const struct field *fields, size_t count)
{
	if (!str_starts_with(target, FIELD_PREFIX)) {
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (fields[i].active &&
			strcmp(fields[i].key, target + strlen(FIELD_PREFIX)) == 0) {
			return &fields[i];
		}
	}
	return NULL;
}

bool
customer_column_valid(const char *target, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < sizeof(plain_targets) / sizeof(plain_targets[0]); i++) {
		if (strcmp(target, plain_targets[i]) == 0) {
			return true;
		}
	}
	return customer_column_field(target, fields, count) != NULL;
}

static const struct field *
field_of_heading(const char *plain, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *const names[] = {fields[i].key, fields[i].label_zh,
			fields[i].label_en};

		for (size_t k = 0; fields[i].active && k < 3; k++) {
			char name[4 * FIELD_LABEL_MAX + 1];

			plain_heading(names[k], name, sizeof(name));
			if (name[0] != '\0' && strcmp(name, plain) == 0) {
				return &fields[i];
			}
		}
	}
	return NULL;
}

void
customer_column_guess(const char *heading, const struct field *fields, size_t count,
	char out[static IMPORT_TARGET_MAX])
{
	char plain[200];
	const struct field *field;

	plain_heading(heading, plain, sizeof(plain));
	field = field_of_heading(plain, fields, count);
	out[0] = '\0';
	if (field != NULL) {
		snprintf(out, IMPORT_TARGET_MAX, FIELD_PREFIX "%.40s", field->key);
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(plain, known[i].heading) == 0) {
			str_copy(out, IMPORT_TARGET_MAX, known[i].target);
			return;
		}
	}
}
