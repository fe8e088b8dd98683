-- How often an answer of a rule was held back for a phrase in it. Whether answers helped is counted
-- by day in rule_hit, and was counted here too.
CREATE TABLE rule_held_back (
	rule {ID} NOT NULL PRIMARY KEY,
	held_back BIGINT NOT NULL,
	held_back_at BIGINT NOT NULL
) {TABLE};
INSERT INTO rule_held_back (rule, held_back, held_back_at)
	SELECT rule, held_back, held_back_at FROM rule_feedback WHERE held_back > 0;
DROP TABLE IF EXISTS rule_feedback;
