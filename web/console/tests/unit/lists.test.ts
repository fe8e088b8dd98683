import { nextTick, ref } from "vue";
import { describe, expect, it } from "vitest";
import { useHeldOrder } from "../../src/features/inbox/useHeldOrder";
import type { Conversation } from "../../src/shared/types";
import { belongs, placed, sameSituation, unreadOf } from "../../src/stores/conversationLists";
import { FakeHouse } from "../fake/house";

const house = new FakeHouse();

function conversation(id: string, at: number, more: Partial<Conversation> = {}): Conversation {
	return house.addConversation(id, { id, last_at: new Date(at).toISOString(), ...more });
}

describe("lists of conversations", () => {
	const all = new Map([1, 2, 3].map((n) => [String(n), conversation(String(n), 10_000 - n * 1000)]));
	const of = (id: string): Conversation | undefined => all.get(id);

	it("belong by state and assignee", () => {
		const mine = conversation("9", 0, { assignee: "301" });
		expect(belongs(mine, "mine", "open", "301")).toBe(true);
		expect(belongs(mine, "unassigned", "open", "301")).toBe(false);
		expect(belongs({ ...mine, state: "resolved" }, "mine", "open", "301")).toBe(false);
		expect(belongs({ ...mine, state: "resolved" }, "all", "resolved", "301")).toBe(true);
	});

	it("move what is newer to the top", () => {
		const newer = conversation("3", 20_000);
		expect(placed(["1", "2", "3"], newer, true, true, of)).toEqual(["3", "1", "2"]);
	});

	it("take out what no longer belongs, and keep the same array when nothing changes", () => {
		const ids = ["1", "2", "3"];
		expect(placed(ids, all.get("2") as Conversation, false, true, of)).toEqual(["1", "3"]);
		expect(placed(ids, all.get("2") as Conversation, true, true, of)).toBe(ids);
	});

	it("leave what is older than the loaded pages to its page", () => {
		const older = conversation("4", 1);
		expect(placed(["1", "2", "3"], older, true, false, of)).toEqual(["1", "2", "3"]);
		expect(placed(["1", "2", "3"], older, true, true, of)).toEqual(["1", "2", "3", "4"]);
	});

	it("are in the same situation until the customer, a colleague or a call changes it", () => {
		const seen = conversation("7", 0, { assignee: "301", inbound: 2, version: 5 });
		expect(sameSituation(seen, { ...seen, version: 6, preview: "a note of mine" })).toBe(true);
		expect(sameSituation(seen, { ...seen, version: 6, inbound: 3 })).toBe(false);
		expect(sameSituation(seen, { ...seen, version: 6, missed_calls: 1 })).toBe(false);
		expect(sameSituation(seen, { ...seen, version: 6, assignee: "302" })).toBe(false);
		expect(sameSituation(seen, { ...seen, version: 6, state: "resolved" })).toBe(false);
	});

	it("count unread from what I have read", () => {
		expect(unreadOf(conversation("5", 0, { inbound: 5, inbound_read: 3 }))).toBe(2);
		expect(unreadOf(conversation("6", 0, { inbound: 2, inbound_read: 3 }))).toBe(0);
	});
});

describe("a list under the pointer", () => {
	it("keeps its order and counts what would come on top", async () => {
		const live = ref<readonly string[]>(["a", "b", "c"]);
		const held = useHeldOrder(live);
		held.hold();
		live.value = ["x", "c", "a", "b"];
		await nextTick();
		expect(held.ids.value).toEqual(["a", "b", "c"]);
		expect(held.arrived.value).toBe(2);
		held.release();
		expect(held.ids.value).toEqual(["x", "c", "a", "b"]);
		expect(held.arrived.value).toBe(0);
	});

	it("lets go of what left, and takes pages below", async () => {
		const live = ref<readonly string[]>(["a", "b"]);
		const held = useHeldOrder(live);
		held.hold();
		live.value = ["b", "c", "d"];
		await nextTick();
		expect(held.ids.value).toEqual(["b", "c", "d"]);
	});
});
