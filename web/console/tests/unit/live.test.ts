/* The stores on a server in memory: what arrives, is written, is lost and comes back. */
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, h, nextTick, type App } from "vue";
import { configureApi } from "../../src/app/api";
import { useLive } from "../../src/app/useLive";
import { useConnection } from "../../src/stores/connection";
import { useConversations } from "../../src/stores/conversations";
import { useNotifications } from "../../src/stores/notifications";
import { useSession } from "../../src/stores/session";
import { useThreads } from "../../src/stores/threads";
import { FakeHouse } from "../fake/house";
import { cutSockets, install, type FakeSocket } from "../fake/install";

const customer = { kind: "customer", id: "7001" } as const;
let house: FakeHouse;
let app: App;

async function settle(check: () => boolean, what: string): Promise<void> {
	await vi.waitFor(() => {
		if (!check()) {
			throw new Error(`waiting: ${what}`);
		}
	});
}

/* The next answer to such a request is made at once and comes when it is let go. */
function holdAnswer(part: string): { made: Promise<void>; deliver: () => void } {
	const now = globalThis.fetch;
	let deliver = (): void => undefined;
	let tell = (): void => undefined;
	const made = new Promise<void>((resolve) => (tell = resolve));
	const delivered = new Promise<void>((resolve) => (deliver = resolve));
	globalThis.fetch = async (input, init) => {
		const reply = await now(input, init);
		if (String(input).includes(part)) {
			globalThis.fetch = now;
			tell();
			await delivered;
		}
		return reply;
	};
	return { made, deliver };
}

/* Until they are let open no socket does. */
function holdSockets(): { open: () => void } {
	const Socket = globalThis.WebSocket as unknown as new () => FakeSocket;
	let open = (): void => undefined;
	const opened = new Promise<void>((resolve) => (open = resolve));
	class Held extends Socket {
		override begin(): void {
			void opened.then(() => super.begin());
		}
	}
	globalThis.WebSocket = Held as unknown as typeof WebSocket;
	return { open };
}

function writesFirst(id: string): void {
	house.addCustomer(id, "孟庭");
	house.addConversation(id, { assignee: null });
	house.post(id, { kind: "customer", id }, "message", { text: "您好" });
}

async function mount(): Promise<void> {
	const session = useSession();
	configureApi({ csrf: () => session.csrf, unauthenticated: () => session.end("revoked") });
	await session.restore();
	app = createApp({
		setup() {
			useLive();
			return () => h("div");
		},
	});
	app.mount(document.createElement("div"));
}

async function begin(): Promise<void> {
	await mount();
	await settle(() => useConnection().online, "the welcome");
}

beforeEach(async () => {
	setActivePinia(createPinia());
	localStorage.clear();
	house = new FakeHouse();
	house.clock = Date.now();
	house.addCustomer("7001", "林若溪");
	house.addConversation("7001", { assignee: "301" });
	house.post("7001", customer, "message", { text: "第一条" });
	install(house);
	await begin();
});

afterEach(() => {
	app.unmount();
	vi.useRealTimers();
});

describe("lists", () => {
	it("load, and move with what arrives live", async () => {
		const conversations = useConversations();
		await conversations.load("mine");
		expect(conversations.lists.mine.ids).toEqual(["97001"]);
		house.addCustomer("7002", "孟庭");
		house.addConversation("7002", { assignee: "301" });
		house.post("7002", { kind: "customer", id: "7002" }, "message", { text: "您好" });
		await settle(() => conversations.lists.mine.ids.length === 2, "the new conversation");
		expect(conversations.lists.mine.ids[0]).toBe("97002");
		await settle(() => conversations.items.get("97002")?.customer_name === "孟庭", "her name");
	});

	it("keep what arrives while they are being loaded", async () => {
		const conversations = useConversations();
		const answer = holdAnswer("/conversations?");
		const loading = conversations.load("unassigned");
		await answer.made;
		writesFirst("7002");
		await settle(() => conversations.items.has("97002"), "the new conversation");
		answer.deliver();
		await loading;
		expect(conversations.lists.unassigned.ids).toEqual(["97002"]);
	});

	it("show what came between their loading and the first welcome", async () => {
		app.unmount();
		setActivePinia(createPinia());
		const line = holdSockets();
		await mount();
		const conversations = useConversations();
		await conversations.load("unassigned");
		writesFirst("7002");
		line.open();
		await settle(() => conversations.lists.unassigned.ids.includes("97002"), "the new conversation");
	});

	it("say that they failed and load again", async () => {
		const conversations = useConversations();
		house.override.set("GET conversations", () => ({ status: 503, body: { error: { code: "unavailable", text: "" } } }));
		await conversations.load("all");
		expect(conversations.lists.all).toMatchObject({ failed: true, loaded: false, loading: false });
		house.override.clear();
		await conversations.reload("all");
		expect(conversations.lists.all).toMatchObject({ failed: false, loaded: true });
	});
});

describe("a thread", () => {
	it("shows live entries once", async () => {
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		const entry = house.post("7001", customer, "message", { text: "第二条" });
		house.tell({ t: "entry", entry, conversation: null });
		await settle(() => thread.entries.length === 2, "the entry");
		await nextTick();
		expect(thread.entries.map((one) => one.seq)).toEqual([1, 2]);
	});

	it("shows what came between its loading and the first welcome", async () => {
		app.unmount();
		setActivePinia(createPinia());
		const line = holdSockets();
		await mount();
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		house.post("7001", customer, "message", { text: "meanwhile" });
		line.open();
		await settle(() => thread.entries.length === 2, "the entry");
	});

	it("asks for what is missing when a number is skipped", async () => {
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		const tell = house.tell.bind(house);
		house.tell = () => undefined;
		house.post("7001", customer, "message", { text: "lost" });
		house.tell = tell;
		house.post("7001", customer, "message", { text: "seen" });
		await settle(() => thread.entries.length === 3, "the gap to close");
		expect(thread.entries.map((one) => one.seq)).toEqual([1, 2, 3]);
	});

	it("is read again when the line was down too long", async () => {
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		cutSockets();
		await settle(() => !useConnection().online, "the cut");
		house.post("7001", customer, "message", { text: "meanwhile" });
		useConnection().retryNow();
		await settle(() => thread.entries.length === 2, "the resync");
	});

	it("catches up when it comes back to the front", async () => {
		const threads = useThreads();
		const thread = threads.show("7001");
		await settle(() => thread.loaded, "the history");
		threads.leave("7001");
		const tell = house.tell.bind(house);
		house.tell = () => undefined;
		house.post("7001", customer, "message", { text: "meanwhile" });
		house.tell = tell;
		expect(threads.show("7001")).toBe(thread);
		await settle(() => thread.entries.length === 2, "what came meanwhile");
	});

	it("takes the ticks of the customer", async () => {
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		house.tell({ t: "mark", timeline: "7001", customer: "7001", party: "customer", delivered: 9, seen: 7, inbound_read: 0 });
		await settle(() => thread.seen.get("7001") === 7, "the mark");
		expect(thread.delivered.get("7001")).toBe(9);
	});

	it("forgets who typed when the message is there", async () => {
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		house.tell({ t: "typing", customer: "7001", who: { kind: "customer", id: "7001" }, on: true });
		await settle(() => thread.typists.length === 1, "typing");
		house.post("7001", customer, "message", { text: "done" });
		await settle(() => thread.typists.length === 0, "typing to end");
	});
});

describe("writing", () => {
	it("keeps a message through a refusal and delivers it once", async () => {
		const connection = useConnection();
		const thread = useThreads().show("7001");
		await settle(() => thread.loaded, "the history");
		house.refuse = { code: "unavailable", retry_ms: 10 };
		connection.send({ customer: "7001", kind: "message", text: "稍候", extra: { customer: "7001", fileNames: [] } });
		await settle(() => connection.outbox.length === 1, "the outbox");
		house.refuse = null;
		await settle(() => thread.entries.length === 2, "the delivery");
		await settle(() => connection.outbox.length === 0, "the outbox to empty");
		expect(house.entries.get("7001")).toHaveLength(2);
	});

	it("tells whether what was written is in the history, or was refused", async () => {
		const connection = useConnection();
		const write = (text: string): string => connection.send({ customer: "7001", kind: "message", text, extra: { customer: "7001", fileNames: [] } });
		expect(await connection.taken(write("已办好"))).toBe(true);
		house.refuse = { code: "invalid" };
		expect(await connection.taken(write("不会收下"))).toBe(false);
		cutSockets();
		expect(await connection.taken(write("断线时写的"))).toBe(false);
	});

	it("takes a conversation, and learns that another was faster", async () => {
		const connection = useConnection();
		const after = await connection.act("97001", "release", undefined, undefined);
		expect(after.assignee).toBeNull();
		await expect(connection.act("97001", "take", 1, undefined)).rejects.toMatchObject({ code: "conflict" });
	});
});

describe("attention", () => {
	it("is asked for by a message of mine that nobody looks at", async () => {
		const notifications = useNotifications();
		await useConversations().load("mine");
		document.hasFocus = () => false;
		house.post("7001", customer, "message", { text: "在吗" });
		await settle(() => notifications.count > 0, "the title badge");
		expect(document.title).toMatch(/^\(\d+\)/);
	});

	it("is not asked for by a colleague's conversation", async () => {
		const notifications = useNotifications();
		house.addCustomer("7003", "何昆");
		house.addConversation("7003", { assignee: "302" });
		house.post("7003", { kind: "customer", id: "7003" }, "message", { text: "您好" });
		await settle(() => useConversations().items.has("97003"), "the conversation");
		expect(notifications.count).toBe(useConversations().counts.mine_unread);
	});
});
