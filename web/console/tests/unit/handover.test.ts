import { describe, expect, it } from "vitest";
import { openHandover } from "../../src/features/thread/handover";
import type { Entry } from "../../src/shared/types";
import { FakeHouse } from "../fake/house";

const customer = { kind: "customer", id: "1" } as const;
const me = { kind: "staff", id: "301" } as const;
const colleague = { kind: "staff", id: "302" } as const;

function thread(build: (house: FakeHouse) => void): Entry[] {
	const house = new FakeHouse();
	house.addCustomer("1", "林若溪");
	build(house);
	return house.entries.get("1") ?? [];
}

describe("what was handed to me", () => {
	const given = (house: FakeHouse): void => {
		house.post("1", customer, "message", { text: "hello" });
		house.post("1", colleague, "assigned", { to: "301", by: "302" });
		house.post("1", colleague, "note", { text: "she wants the forms", handover: { to: "301" } });
	};

	it("names who gave it and what was written with it", () => {
		expect(openHandover(thread(given), "301")).toMatchObject({ by: "302", note: "she wants the forms" });
		expect(openHandover(thread(given), "302")).toBeNull();
	});

	it("stays while the customer goes on writing, and ends with my answer", () => {
		const more = (house: FakeHouse): void => {
			given(house);
			house.post("1", customer, "message", { text: "still there?" });
		};
		expect(openHandover(thread(more), "301")?.note).toBe("she wants the forms");
		const answered = thread((house) => {
			more(house);
			house.post("1", me, "message", { text: "here I am" });
		});
		expect(openHandover(answered, "301")).toBeNull();
	});

	it("is nothing when I took it myself or gave it back", () => {
		const taken = thread((house) => void house.post("1", me, "assigned", { to: "301", by: "301" }));
		expect(openHandover(taken, "301")).toBeNull();
		const released = thread((house) => {
			given(house);
			house.post("1", me, "released", {});
		});
		expect(openHandover(released, "301")).toBeNull();
	});
});
