/** The outbox under kill -9: what was committed with its entry is told to the app's server at
 * least once and in order, whenever the server dies. */
import { afterEach, describe, expect, test } from "vitest";
import { App, Receiver } from "../lib/app.ts";
import { act, say, staff, type Loose } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

let server: TestServer | undefined;
let receiver: Receiver | undefined;
afterEach(async () => {
	await receiver?.close();
	await server?.dispose();
});

describe.each(databases)("after kill -9, on %s,", (database) => {
	test("every entry of every user reaches the app's server, in order, and a receiver that knows ids takes each once", async () => {
		server = await startServer({
			database, settings: { "outbox.private": "127.0.0.1", "outbox.grace": "0s", "outbox.retry": "50ms", "outbox.timeout": "1s" },
		});
		receiver = await Receiver.open();
		// Slow, and sometimes unwilling: so that calls are under way when the server dies.
		receiver.behaviour = (_call, answer) => setTimeout(() => answer.writeHead(Math.random() < 0.2 ? 500 : 204).end(), Math.random() * 60);
		const app = await App.open(server, receiver);
		const told = receiver;
		const written: Record<string, string[]> = {};
		for (const subject of ["u-1", "u-2", "u-3"]) {
			const user = await app.user(subject, { name: subject });
			const socket = await app.socket(user);
			await say(socket, { text: `我是 ${subject}` });
			socket.close();
			written[subject] = [];
		}
		for (let round = 0; round < 6; round++) {
			const ann = await staff(server, "ann");
			const desk = await ann.socket();
			const open = (await ann.get(`/api/v1/conversations?view=${round === 0 ? "unassigned" : "mine"}`)).body.items as Loose[];
			expect(open.length).toBe(3);
			for (const one of open) {
				if (round === 0) {
					await act(desk, { action: "take", conversation: one.id });
				}
				for (const n of [1, 2, 3]) {
					const text = `${round}.${n}`;
					expect((await say(desk, { conversation: one.id, kind: "message", text })).t).toBe("ack");
					written[one.customer_name]?.push(text);
				}
			}
			const before = told.calls.length;
			await until("some more was told", () => told.calls.length > before + 2);
			await server.kill();
			server.spawn();
			await server.becomesReady();
		}
		const taken = (subject: string): string[] => {
			const known = new Set<string>();
			return told.calls.filter(({ id, body }) => body.user.sub === subject && !known.has(id) && known.add(id)).map(({ body }) => body.entry.body.text as string);
		};
		const total = Object.values(written).flat().length;
		await until("all was told", () => Object.keys(written).flatMap(taken).length === total, 30_000);
		for (const [subject, texts] of Object.entries(written)) {
			expect(taken(subject)).toEqual(texts);
		}
		expect(told.calls.every(({ signed }) => signed)).toBe(true);
		await until("all is settled", async () => {
			const { summary } = await app.outbox();
			return summary.waiting === 0 && summary.sending === 0 && summary.dead === 0;
		}, 15_000);
		expect(server.command("verify")).toMatch(/^Whole:/);
	});
});
