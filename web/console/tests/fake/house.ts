/* A whole server in memory, for the tests and for looking at pages without one: enough of the
 * REST interface and of trunkline.v1 that the console cannot tell the difference. */
import type { Conversation, Counts, Customer, Entry, EntryKind, Staff } from "../../src/shared/types";

export interface Answer {
	status: number;
	body: unknown;
}

type Listener = (frame: Record<string, unknown>) => void;

const started = Date.parse("2026-11-21T08:00:00.000Z");

export function makeStaff(id: string, name: string, role: Staff["role"]): Staff {
	return {
		id,
		login: `user${id}`,
		name,
		role,
		unit: "1",
		extension: `80${id.slice(-2)}`,
		language: "zh-CN",
		active: true,
		demo: true,
		created_at: new Date(started).toISOString(),
		version: 1,
	};
}

export class FakeHouse {
	readonly staff = [
		makeStaff("301", "陈嘉禾", "administrator"),
		makeStaff("302", "周明远", "agent"),
		makeStaff("303", "Wang Ke", "supervisor"),
	];
	me = "301";
	loggedIn = true;
	readonly customers = new Map<string, Customer>();
	readonly conversations = new Map<string, Conversation>();
	readonly entries = new Map<string, Entry[]>();
	readonly requests: { method: string; path: string; body: unknown }[] = [];
	/* How far I have read, by customer. */
	readonly read = new Map<string, number>();
	/* Answers for paths that a test wants to decide itself. */
	readonly override = new Map<string, () => Answer>();
	refuse: { code: string; retry_ms?: number } | null = null;
	private readonly listeners = new Set<Listener>();
	private nextId = 281474976710657n;
	private readonly taken = new Map<string, Record<string, unknown>>();
	clock = started;

	id(): string {
		return String(this.nextId++);
	}

	time(): string {
		this.clock += 1000;
		return new Date(this.clock).toISOString();
	}

	addCustomer(id: string, name: string, more: Partial<Customer> = {}): Customer {
		const at = this.time();
		const customer: Customer = {
			id,
			primary: id,
			unit: "1",
			owner: null,
			anonymous: name === "",
			name,
			external_id: null,
			language: "zh-CN",
			gender: "",
			company: "",
			remark: "",
			restricted: false,
			created_at: at,
			updated_at: at,
			version: 1,
			...more,
		};
		this.customers.set(id, customer);
		this.entries.set(id, []);
		return customer;
	}

	addConversation(customer: string, more: Partial<Conversation> = {}): Conversation {
		const at = this.time();
		const conversation: Conversation = {
			id: `9${customer}`,
			timeline: customer,
			customer,
			unit: "1",
			owner: null,
			state: "open",
			assignee: null,
			channel: "501",
			channel_kind: "webchat",
			version: 1,
			opened_at: at,
			resolved_at: null,
			waiting_since: null,
			inbound: 0,
			missed_calls: 0,
			last_fact: null,
			last_seq: 0,
			last_at: at,
			last_kind: "message",
			last_author_kind: "customer",
			preview: "",
			...more,
		};
		this.conversations.set(conversation.id, conversation);
		return conversation;
	}

	conversationOf(customer: string): Conversation | undefined {
		const newest = this.conversations.get(`9${customer}`);
		return newest?.state === "resolved" ? undefined : newest;
	}

	/* Commits an entry and tells everybody, as the server does. */
	post(customer: string, author: Entry["author"], kind: EntryKind, body: unknown, more: Partial<Entry> = {}): Entry {
		const list = this.entries.get(customer) ?? [];
		const at = more.at ?? this.time();
		const conversation = this.conversationOf(customer);
		const entry = {
			id: this.id(),
			timeline: customer,
			customer,
			seq: list.length + 1,
			pub: kind === "message" ? list.length + 1 : null,
			conversation: conversation?.id ?? null,
			kind,
			channel: "501",
			channel_kind: kind.startsWith("call") ? "phone" : "webchat",
			author,
			at,
			committed_at: at,
			ref: null,
			body,
			files: null,
			restricted: false,
			imported: false,
			...more,
		} as Entry;
		list.push(entry);
		if (conversation !== undefined) {
			this.project(conversation.id, entry);
		}
		this.tell({ t: "entry", entry, conversation: conversation === undefined ? null : this.conversations.get(conversation.id) });
		return entry;
	}

	private project(id: string, entry: Entry): void {
		const before = this.conversations.get(id);
		if (before === undefined) {
			return;
		}
		const text = entry.kind === "message" || entry.kind === "note" ? (entry.body?.text ?? "") : "";
		this.conversations.set(id, {
			...before,
			version: before.version + 1,
			last_fact: entry.id,
			last_seq: entry.seq,
			last_at: entry.at,
			last_kind: entry.kind,
			last_author_kind: entry.author.kind,
			preview: text === "" ? before.preview : text,
			inbound: before.inbound + (entry.author.kind === "customer" && entry.kind === "message" ? 1 : 0),
			channel_kind: entry.channel_kind,
		});
	}

	tell(frame: Record<string, unknown>): void {
		this.listeners.forEach((listener) => listener(frame));
	}

	listen(listener: Listener): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	item(conversation: Conversation): Conversation {
		const customer = this.customers.get(conversation.customer);
		return {
			...conversation,
			customer_name: customer?.name ?? "",
			anonymous: customer?.anonymous ?? true,
			inbound_read: Math.min(conversation.inbound, this.read.get(conversation.customer) ?? 0),
		};
	}

	counts(): Counts {
		const open = [...this.conversations.values()].filter((one) => one.state !== "resolved");
		const mine = open.filter((one) => one.assignee === this.me);
		return {
			mine: mine.length,
			unassigned: open.filter((one) => one.assignee === null).length,
			all: open.length,
			mine_unread: mine.filter((one) => one.inbound > (this.read.get(one.customer) ?? 0)).length,
		};
	}

	/* --- the socket ---------------------------------------------------------------------- */

	frame(frame: Record<string, unknown>, reply: Listener): void {
		switch (frame["t"]) {
			case "hello":
				reply(this.welcome());
				break;
			case "ping":
				reply({ t: "pong" });
				break;
			case "send":
				this.send(frame, reply);
				break;
			case "act":
				this.act(frame, reply);
				break;
			case "mark":
				this.mark(frame);
				break;
			case "range":
				reply(this.range(frame));
				break;
		}
	}

	private welcome(): Record<string, unknown> {
		return {
			t: "welcome",
			me: this.staff.find((one) => one.id === this.me),
			node: 1,
			cursor: String(this.nextId - 1n),
			resumed: false,
			time: new Date(this.clock).toISOString(),
			presence: this.staff.map((one, index) => ({ staff: one.id, state: index === 2 ? "away" : "online" })),
			viewers: [],
			calls: [],
		};
	}

	private send(frame: Record<string, unknown>, reply: Listener): void {
		const ref = String(frame["ref"]);
		const known = this.taken.get(ref);
		if (known !== undefined) {
			reply({ ...known, duplicate: true });
			return;
		}
		if (this.refuse !== null) {
			reply({ t: "nack", ref, text: "", ...this.refuse });
			return;
		}
		const conversation = this.conversations.get(String(frame["conversation"]));
		const customer = conversation?.customer ?? String(frame["customer"]);
		const entry = this.post(customer, { kind: "staff", id: this.me }, frame["kind"] as EntryKind, { text: String(frame["text"]) }, { ref });
		const ack = { t: "ack", ref, id: entry.id, seq: entry.seq, timeline: entry.timeline, at: entry.at, duplicate: false };
		this.taken.set(ref, ack);
		reply(ack);
	}

	private act(frame: Record<string, unknown>, reply: Listener): void {
		const before = this.conversations.get(String(frame["conversation"]));
		const ref = String(frame["ref"]);
		if (before === undefined) {
			reply({ t: "nack", ref, code: "not_found", text: "" });
			return;
		}
		if (frame["version"] !== undefined && frame["version"] !== before.version) {
			reply({ t: "nack", ref, code: "conflict", text: "" });
			return;
		}
		const kinds: Record<string, EntryKind> = { take: "assigned", assign: "assigned", release: "released", resolve: "resolved", reopen: "reopened" };
		const action = String(frame["action"]);
		const assignee = action === "take" ? this.me : action === "assign" ? String(frame["assignee"]) : action === "release" ? null : before.assignee;
		const state = action === "resolve" ? "resolved" : "open";
		this.conversations.set(before.id, { ...before, assignee, state: "open" });
		const entry = this.post(before.customer, { kind: "staff", id: this.me }, kinds[action] ?? "opened", { to: assignee, by: this.me });
		const after = { ...(this.conversations.get(before.id) as Conversation), state } as Conversation;
		this.conversations.set(before.id, after);
		this.tell({ t: "entry", entry, conversation: after });
		reply({ t: "ack", ref, id: entry.id, seq: entry.seq, timeline: entry.timeline, at: entry.at, duplicate: false, conversation: after });
	}

	private mark(frame: Record<string, unknown>): void {
		const customer = String(frame["customer"]);
		const inbound = this.conversationOf(customer)?.inbound ?? 0;
		this.read.set(customer, inbound);
		this.tell({ t: "mark", timeline: customer, customer, party: this.me, delivered: frame["seq"], seen: frame["seq"], inbound_read: inbound });
	}

	private range(frame: Record<string, unknown>): Record<string, unknown> {
		const list = this.entries.get(String(frame["timeline"])) ?? [];
		const after = Number(frame["after"]);
		return { t: "range", id: frame["id"], timeline: frame["timeline"], entries: list.filter((entry) => entry.seq > after).slice(0, 200), more: false };
	}
}
