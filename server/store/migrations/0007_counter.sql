-- Visits: the counter needs no settings, so that it is there from the start.
INSERT INTO channel (id, kind, name, public_key, settings, unit, enabled, created_at, version)
	VALUES (8, 'counter', 'Counter', 'counter', '{}', 16777216, 1, 1795248000000, 1);

-- The privacy notice that a visitor accepted on her channel; 0: none yet.
ALTER TABLE visitor ADD COLUMN notice_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE visitor ADD COLUMN notice_at BIGINT NOT NULL DEFAULT 0;
