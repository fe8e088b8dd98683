/* The REST side of the house in memory. */
import type { Conversation, Entry } from "../../src/shared/types";
import type { Answer, FakeHouse } from "./house";

function ok(body: unknown): Answer {
	return { status: 200, body };
}

function refused(status: number, code: string): Answer {
	return { status, body: { error: { code, text: code } } };
}

function page<Item>(all: readonly Item[], query: URLSearchParams): { items: readonly Item[]; next: string | null } {
	const from = Number(query.get("after") ?? 0);
	const limit = Number(query.get("limit") ?? 50);
	const next = from + limit < all.length ? String(from + limit) : null;
	return { items: all.slice(from, from + limit), next };
}

function listed(house: FakeHouse, query: URLSearchParams): Conversation[] {
	const view = query.get("view");
	const state = query.get("state");
	return [...house.conversations.values()]
		.filter((one) => state === "any" || (one.state === "resolved") === (state === "resolved"))
		.filter((one) => view === "all" || one.assignee === (view === "mine" ? house.me : null))
		.filter((one) => !query.get("channel_kind") || one.channel_kind === query.get("channel_kind"))
		.sort((left, right) => (left.last_at < right.last_at ? 1 : -1))
		.map((one) => house.item(one));
}

function entriesOf(house: FakeHouse, customer: string, query: URLSearchParams): Answer {
	const all: readonly Entry[] = house.entries.get(customer) ?? [];
	const end = Number(query.get("before") ?? all.length);
	const start = Math.max(0, end - Number(query.get("limit") ?? 50));
	return ok({ entries: all.slice(start, end), next: start > 0 ? String(start) : null });
}

function detail(house: FakeHouse, id: string): Answer {
	const customer = house.customers.get(id);
	if (customer === undefined) {
		return refused(404, "not_found");
	}
	const open = house.conversationOf(id);
	const length = house.entries.get(id)?.length ?? 0;
	const contact = {
		customer: id, label: "", source: "agent", created_at: customer.created_at, created_by: house.me, proven_by: null, proven_at: null, proven_reason: "",
	};
	return ok({
		customer,
		contacts: [
			{ ...contact, id: `${id}1`, kind: "phone", value: "+8613812346021", proven: true },
			{ ...contact, id: `${id}2`, kind: "email", value: "lin.rx@example.cn", proven: false },
		],
		timelines: [{ timeline: id, seq: length, pub: length }],
		marks: [
			{ timeline: id, party: "customer", delivered: length - 1, seen: length - 3, inbound_read: 0 },
			{ timeline: id, party: house.me, delivered: 0, seen: Math.max(0, length - 5), inbound_read: 0 },
		].filter((mark) => mark.delivered >= 0 && mark.seen >= 0),
		conversation: open === undefined ? null : house.item(open),
	});
}

function customerPath(house: FakeHouse, parts: string[], query: URLSearchParams): Answer {
	const [, id = "", rest] = parts;
	switch (rest) {
		case undefined:
			return detail(house, id);
		case "entries":
			return entriesOf(house, id, query);
		case "calls": {
			const calls = new Map<string, unknown>();
			for (const entry of house.entries.get(id) ?? []) {
				if (entry.kind === "call_started" || entry.kind === "call_ended") {
					calls.set(entry.body?.call.id ?? "", entry.body?.call);
				}
			}
			return ok({ items: [...calls.values()] });
		}
		case "files":
			return ok({ items: (house.entries.get(id) ?? []).flatMap((entry) => entry.files ?? []) });
		default:
			return refused(404, "not_found");
	}
}

export function answer(house: FakeHouse, method: string, url: string, body: unknown): Answer {
	const { pathname, searchParams: query } = new URL(url, "http://fake");
	const path = pathname.replace(/^\/api\/v1\//, "");
	house.requests.push({ method, path, body });
	const decided = house.override.get(`${method} ${path}`);
	if (decided !== undefined) {
		return decided();
	}
	const parts = path.split("/");
	if (path === "session") {
		return session(house, method);
	}
	if (!house.loggedIn) {
		return refused(401, "unauthenticated");
	}
	if (path === "staff") {
		return ok({ items: house.staff });
	}
	if (path === "conversations") {
		return ok(page(listed(house, query), query));
	}
	if (path === "conversations/counts") {
		return ok(house.counts());
	}
	if (parts[0] === "conversations" && house.conversations.has(parts[1] ?? "")) {
		return ok(house.item(house.conversations.get(parts[1] ?? "") as Conversation));
	}
	if (path === "customers" && method === "GET") {
		const words = query.get("q") ?? "";
		return ok(page([...house.customers.values()].filter((one) => one.name.includes(words)), query));
	}
	if (parts[0] === "customers" && method === "GET") {
		return customerPath(house, parts, query);
	}
	return method === "GET" ? refused(404, "not_found") : ok({});
}

function session(house: FakeHouse, method: string): Answer {
	if (method === "DELETE") {
		house.loggedIn = false;
		return { status: 204, body: undefined };
	}
	if (method === "POST") {
		house.loggedIn = true;
	}
	if (!house.loggedIn) {
		return refused(401, "unauthenticated");
	}
	const staff = house.staff.find((one) => one.id === house.me);
	return ok({ staff, csrf: "token", config: { home_region: "CN", max_upload: 20_000_000 } });
}
