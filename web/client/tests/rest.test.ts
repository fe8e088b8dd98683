import { checks } from "@trunkline/protocol";
import { describe, expect, it } from "vitest";

import { Rest, RestError, withQuery } from "../src";
import type { HttpRequest } from "../src";

function answering(status: number, body: unknown, headers: Record<string, string> = {}): {
	rest: Rest;
	requests: HttpRequest[];
} {
	const requests: HttpRequest[] = [];
	const rest = new Rest({
		csrf: () => "token",
		send: async (request) => {
			requests.push(request);
			return {
				status,
				header: (name) => headers[name] ?? null,
				text: () => Promise.resolve(typeof body === "string" ? body : JSON.stringify(body)),
			};
		},
	});
	return { rest, requests };
}

const counts = { mine: 1, unassigned: 2, all: 3, mine_unread: 0 };

describe("rest", () => {
	it("parses a good answer", async () => {
		const { rest, requests } = answering(200, counts);
		await expect(rest.get("/conversations/counts", checks.conversationCountsCheck)).resolves.toEqual(counts);
		expect(requests[0]).toMatchObject({ method: "GET", url: "/api/v1/conversations/counts", body: null });
		expect(requests[0]?.headers).not.toHaveProperty("X-CSRF-Token");
	});

	it("sends the CSRF token with every write", async () => {
		const { rest, requests } = answering(204, "");
		await rest.delete("/session");
		expect(requests[0]?.headers).toHaveProperty("X-CSRF-Token", "token");
	});

	it("gives the server's error with its field", async () => {
		const { rest } = answering(400, { error: { code: "invalid", text: "too long", field: "name" } });
		await expect(rest.post("/customers", checks.customerCheck, {})).rejects.toMatchObject({
			name: "RestError", code: "invalid", field: "name", status: 400,
		});
	});

	it("tells how long to wait", async () => {
		const { rest } = answering(429, { error: { code: "busy", text: "" } }, { "Retry-After": "7" });
		await expect(rest.get("/staff", checks.staffListCheck)).rejects.toMatchObject({ retryAfterMs: 7000 });
	});

	it.each([
		["no JSON", 200, "<html>"],
		["another shape", 200, { mine: "many" }],
		["an error without a code", 502, "Bad gateway"],
	])("calls %s broken", async (_name, status, body) => {
		const { rest } = answering(status, body);
		await expect(rest.get("/conversations/counts", checks.conversationCountsCheck))
			.rejects.toMatchObject({ code: "broken" });
	});

	it("calls a server that does not answer offline", async () => {
		const rest = new Rest({ send: () => Promise.reject(new TypeError("failed to fetch")) });
		await expect(rest.get("/staff", checks.staffListCheck)).rejects.toBeInstanceOf(RestError);
		await expect(rest.get("/staff", checks.staffListCheck)).rejects.toMatchObject({ code: "offline" });
	});

	it("leaves out empty members of a query and escapes the others", () => {
		expect(withQuery("/customers", { q: "林 &=", limit: 20, after: null, from: "" }))
			.toBe("/customers?q=%E6%9E%97%20%26%3D&limit=20");
	});
});
