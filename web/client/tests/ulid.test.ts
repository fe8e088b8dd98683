import { describe, expect, it } from "vitest";

import { ulid } from "../src";
import { countingBytes } from "./fakes";

describe("ulid", () => {
	it("is 26 characters of the protocol's alphabet", () => {
		const ref = ulid(Date.UTC(2026, 10, 21), (bytes) => bytes.fill(255));
		expect(ref).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
		expect(ref.slice(10)).toBe("ZZZZZZZZZZZZZZZZ");
	});

	it("encodes time as the specification's example does", () => {
		expect(ulid(1469918176385, () => undefined).slice(0, 10)).toBe("01ARYZ6S41");
	});

	it("sorts by time", () => {
		const random = countingBytes();
		expect(ulid(1_000, random) < ulid(1_001, random)).toBe(true);
	});

	it("differs within a millisecond", () => {
		const random = countingBytes();
		expect(ulid(1, random)).not.toBe(ulid(1, random));
	});
});
