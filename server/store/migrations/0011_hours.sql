-- When somebody is there: one row, the calendar as JSON (model/hours.h). '' is always open.
CREATE TABLE hours (
	id {ID} NOT NULL PRIMARY KEY,
	body MEDIUMTEXT NOT NULL,
	version BIGINT NOT NULL,
	updated_by BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
) {TABLE};
INSERT INTO hours (id, body, version, updated_by, updated_at) VALUES (1, '', 0, 0, 0);
