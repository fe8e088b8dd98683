import { describe, expect, it } from "vitest";

import { opensAt } from "../app/state/opening";

const closed = { open: false, next_change: "2026-11-23T01:00:00.000Z", zone: "Asia/Shanghai", day: null };

describe("when the house opens", () => {
	it("is said in its own time, as short as can be", () => {
		expect(opensAt(closed, "en", Date.parse("2026-11-23T00:00:00Z"))).toBe("09:00");
		expect(opensAt(closed, "en", Date.parse("2026-11-20T12:00:00Z"))).toMatch(/^Mon,? 09:00$/);
		expect(opensAt(closed, "zh-CN", Date.parse("2026-11-20T12:00:00Z"))).toMatch(/^周一 ?09:00$/);
		expect(opensAt(closed, "en", Date.parse("2026-11-01T12:00:00Z"))).toMatch(/^Nov 23/);
	});

	it("is nothing to say while it is open, or when nobody knows", () => {
		expect(opensAt({ ...closed, open: true }, "en", 0)).toBeNull();
		expect(opensAt({ ...closed, next_change: null }, "en", 0)).toBeNull();
	});
});
