import { Rest, RestError } from "@trunkline/client";
import type { HttpRequest } from "@trunkline/client";
import { recall } from "@trunkline/ui/browser";
import { beforeEach, describe, expect, it } from "vitest";

import { SessionStore, subjectOf } from "../app/state/session";

const DAY = 24 * 3600 * 1000;
const START = Date.UTC(2026, 10, 21);

let now: number;
let asked: { method: string; body: Record<string, unknown> }[];
let refuse: number | null;
let count: number;

const rest = new Rest({
	send: (request: HttpRequest) => {
		asked.push({ method: request.method, body: JSON.parse(request.body ?? "{}") as Record<string, unknown> });
		const status = refuse ?? 200;
		count++;
		const body = status === 200
			? { token: `tv_${count}`, expires_at: new Date(now + 180 * DAY).toISOString(), identified: false }
			: { error: { code: "unauthenticated", text: "" } };
		return Promise.resolve({ status, header: () => null, text: () => Promise.resolve(JSON.stringify(body)) });
	},
});

const open = (key = "demo-web"): SessionStore => new SessionStore(rest, key, () => now);
const identity = (sub: string): string =>
	`e30.${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify({ sub })))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}.x`;

beforeEach(() => {
	localStorage.clear();
	now = START;
	asked = [];
	refuse = null;
	count = 0;
});

describe("session", () => {
	it("is made once and found again after a reload", async () => {
		const first = await open().ensure("zh-CN");
		const second = await open().ensure("zh-CN");
		expect(second).toEqual(first);
		expect(asked).toEqual([{ method: "POST", body: { key: "demo-web", language: "zh-CN" } }]);
	});

	it("is another one for another channel", async () => {
		await open().ensure("en");
		expect(open("other").current).toBeNull();
	});

	it("is renewed near its end", async () => {
		await open().ensure("en");
		now += 170 * DAY;
		const session = await open().ensure("en");
		expect(asked[1]?.body).toMatchObject({ token: "tv_1" });
		expect(session.expiresAt).toBe(now + 180 * DAY);
	});

	it("starts anew when it is over or refused", async () => {
		await open().ensure("en");
		now += 181 * DAY;
		expect(open().current).toBeNull();
		await open().ensure("en");
		expect(asked[1]?.body).not.toHaveProperty("token");
	});

	it("is not thrown away because the server is busy", async () => {
		await open().ensure("en");
		now += 170 * DAY;
		refuse = 503;
		await expect(open().ensure("en")).rejects.toBeInstanceOf(RestError);
		expect(open().current?.token).toBe("tv_1");
	});

	it("of an anonymous visitor goes over to who she proves to be", async () => {
		const store = open();
		await store.ensure("en");
		const { session, changed } = await store.identify(identity("林"), "en");
		expect(changed).toBe(true);
		expect(session.subject).toBe("林");
		expect(asked[1]?.body).toMatchObject({ token: "tv_1", identity: identity("林") });
	});

	it("stays when the page names the same person again", async () => {
		const store = open();
		await store.identify(identity("u-1"), "en");
		const { changed } = await open().identify(identity("u-1"), "en");
		expect(changed).toBe(false);
		expect(asked).toHaveLength(1);
	});

	it("of one person is never handed to another", async () => {
		const store = open();
		await store.identify(identity("u-1"), "en");
		await store.identify(identity("u-2"), "en");
		expect(asked[1]?.body).not.toHaveProperty("token");
	});

	it("does not change when the identity is refused", async () => {
		const store = open();
		await store.ensure("en");
		refuse = 401;
		await expect(store.identify(identity("u-1"), "en")).rejects.toMatchObject({ status: 401 });
		expect(store.current).toMatchObject({ token: "tv_1", subject: null });
	});

	it("is gone after log-out even when the server does not hear of it", async () => {
		const store = open();
		await store.ensure("en");
		refuse = 503;
		await expect(store.end()).rejects.toBeInstanceOf(RestError);
		expect(recall("trunkline:demo-web:session")).toBeNull();
		expect(store.current).toBeNull();
	});

	it("of another window takes the place of a dead one", async () => {
		const mine = open();
		await mine.ensure("en");
		await open().identify(identity("u-1"), "en");
		expect(mine.drop("tv_1")).toBe(false);
		expect(mine.current?.token).toBe("tv_2");
	});
});

describe("subject", () => {
	it("is read from the claims", () => expect(subjectOf(identity("客户-1"))).toBe("客户-1"));
	it.each(["", "a", "a.b.c", "e30.e30.x", "e30.bnVsbA.x"])("of %j is nobody", (text) => {
		expect(subjectOf(text)).toBeNull();
	});
});
