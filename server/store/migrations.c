#include "store/migrations.h"

#include <stddef.h>

/* C17 has no #embed: the assembler takes the file in, seen from the root of the tree. */
#define EMBED(symbol, path) \
	__asm__(".section .rodata\n" #symbol ":\n.incbin \"server/store/migrations/" path \
			"\"\n.byte 0\n.previous\n"); \
	extern const char symbol[]

EMBED(migration_0001, "0001_start.sql");
EMBED(migration_0002, "0002_quick_replies.sql");
EMBED(migration_0003, "0003_team.sql");
EMBED(migration_0004, "0004_customer_fields.sql");
EMBED(migration_0005, "0005_identity.sql");
EMBED(migration_0006, "0006_outbox.sql");
EMBED(migration_0007, "0007_counter.sql");
EMBED(migration_0008, "0008_late_facts.sql");
EMBED(migration_0009, "0009_mailbox.sql");
EMBED(migration_0010, "0010_mail.sql");
EMBED(migration_0011, "0011_hours.sql");
EMBED(migration_0012, "0012_tags.sql");
EMBED(migration_0013, "0013_rules.sql");
EMBED(migration_0014, "0014_answers.sql");
EMBED(migration_0015, "0015_phrases.sql");
EMBED(migration_0016, "0016_public_steps.sql");
EMBED(migration_0017, "0017_mail_answers.sql");
EMBED(migration_0018, "0018_rule_held_back.sql");
EMBED(migration_0019, "0019_ref_order.sql");
EMBED(migration_0020, "0020_listed.sql");
EMBED(migration_0021, "0021_recent_places.sql");

const struct migration migrations[] = {
	{1, "start", migration_0001},
	{2, "quick_replies", migration_0002},
	{3, "team", migration_0003},
	{4, "customer_fields", migration_0004},
	{5, "identity", migration_0005},
	{6, "outbox", migration_0006},
	{7, "counter", migration_0007},
	{8, "late_facts", migration_0008},
	{9, "mailbox", migration_0009},
	{10, "mail", migration_0010},
	{11, "hours", migration_0011},
	{12, "tags", migration_0012},
	{13, "rules", migration_0013},
	{14, "answers", migration_0014},
	{15, "phrases", migration_0015},
	{16, "public_steps", migration_0016},
	{17, "mail_answers", migration_0017},
	{18, "rule_held_back", migration_0018},
	{19, "ref_order", migration_0019},
	{20, "listed", migration_0020},
	{21, "recent_places", migration_0021},
	{0, NULL, NULL},
};
