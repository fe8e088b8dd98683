-- The automatic answers that went to an address (as SHA-256) of late: they are bounded.
CREATE TABLE mail_answer (
	address VARBINARY(32) NOT NULL,
	fact BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (address, fact)
) {KEYED};
CREATE INDEX mail_answer_at ON mail_answer (at);
