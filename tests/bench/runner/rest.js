/* A small client of the REST API on kept-alive connections, with a bound on what runs at once. */
import { Agent, request } from "node:http";

const TIMEOUT_MS = 30_000;
const AT_ONCE = 16;

export function createRest(port) {
	const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

	function exchange(method, path, body, headers) {
		const text = body === undefined ? "" : JSON.stringify(body);
		return new Promise((resolve, reject) => {
			const outgoing = request({
				agent,
				host: "127.0.0.1",
				port,
				method,
				path,
				timeout: TIMEOUT_MS,
				headers: {
					"Content-Type": "application/json",
					"Content-Length": Buffer.byteLength(text),
					...headers,
				},
			});
			outgoing.on("timeout", () => outgoing.destroy(new Error("time-out")));
			outgoing.on("error", reject);
			outgoing.on("response", (reply) => {
				let received = "";
				reply.setEncoding("utf8");
				reply.on("data", (chunk) => (received += chunk));
				reply.on("error", reject);
				reply.on("end", () => resolve({ reply, received }));
			});
			outgoing.end(text);
		});
	}

	async function call(method, path, body, headers = {}) {
		const { reply, received } = await exchange(method, path, body, headers);
		if (reply.statusCode < 200 || reply.statusCode > 299) {
			throw new Error(`${method} ${path}: ${reply.statusCode} ${received.slice(0, 200)}`);
		}
		return { body: received ? JSON.parse(received) : null, headers: reply.headers };
	}

	return {
		call,
		/* What a member of staff needs for everything after the log-in. */
		async logIn(login, password) {
			const { body, headers } = await call("POST", "/api/v1/session", { login, password });
			const cookie = headers["set-cookie"][0].split(";")[0];
			return { cookie, csrf: body.csrf, staff: body.staff };
		},
		callAs: (session, method, path, body) =>
			call(method, path, body, { Cookie: session.cookie, "X-CSRF-Token": session.csrf }),
		isReady: () =>
			exchange("GET", "/readyz").then(
				({ reply }) => reply.statusCode === 200,
				() => false,
			),
		close: () => agent.destroy(),
	};
}

/* Like Promise.all over items, a bounded number at a time; keeps the order. */
export async function forEachBounded(items, action) {
	const results = new Array(items.length);
	let next = 0;
	async function work() {
		while (next < items.length) {
			const index = next++;
			results[index] = await action(items[index], index);
		}
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return results;
}
