/* `trunkline import customers`: a list of customers by their numbers. */
#ifndef COMMAND_IMPORT_CUSTOMERS_H
#define COMMAND_IMPORT_CUSTOMERS_H

#define IMPORT_CUSTOMERS_USAGE \
	"       trunkline import customers [--charset utf-8|gb18030] [--map COLUMN=TARGET,...]\n" \
	"                                  [--bad FILE] FILE ...\n"
#define IMPORT_CUSTOMERS_HELP \
	"\ncustomers: brings a list of customers (CSV with a heading line) in, by their numbers:\n" \
	"whoever has the number is changed, others are created. The columns are known by their\n" \
	"headings, Chinese or English; --map names others: TARGET is external_id, name, gender,\n" \
	"language, company, remark, owner, phone, email, wechat, field.KEY or - (left out).\n" \
	"--bad writes the rows that could not be used, each with its line and reason.\n" \
	"Importing a file again changes nothing. Exits with 1 when some rows were bad.\n"

/* argv[1] is "customers". */
int import_customers(int argc, char **argv);

#endif
