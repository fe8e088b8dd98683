/** Answers by mail under kill -9: a question and its answer are one, and nobody is answered twice. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { letter, MailStack } from "../lib/mailstack.ts";
import { addChannel, staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

let mail: MailStack;
let server: TestServer | undefined;
beforeAll(async () => {
	mail = await MailStack.start();
});
afterEach(() => server?.dispose());
afterAll(() => mail.dispose());

const count = 20;

describe.each(databases)("killed again and again while it answers mail, on %s,", (database) => {
	test("the server has each question with one answer, and each sender gets one at most", async () => {
		server = await startServer({ database, settings: { ...mail.serverSettings, "outbox.retry": "200ms" } });
		const house = server;
		const box = `kill-${database}`;
		const sender = (n: number): string => `asker${n}-${database}`;
		const number = (sql: string): number => Number(house.sql(sql).trim());
		const lead = await staff(house, "lead");
		await lead.post("/api/v1/rules", { title: "Fees", any: ["fee"], replies: ["It depends."] });
		await until("the rule is in force", async () => (await lead.post("/api/v1/rules/test", { text: "fee", channel: "email" })).body.title === "Fees");
		for (let n = 0; n < count; n++) {
			await mail.deliver(letter({ from: `Asker <${sender(n)}@test.local>`, to: `${box}@test.local`, text: "What is the fee?" }), { to: `${box}@test.local`, from: `${sender(n)}@test.local` });
		}
		await until("all are in the mailbox", () => mail.inbox(box).length === count, 20_000);
		const since = new Date(Date.now() - 3_600_000).toISOString();
		await addChannel(house, "email", { name: box, mailbox: { ...mail.settings(box), since, auto_answer: "all" } });
		const questions = (): number => number("SELECT COUNT(*) FROM fact WHERE kind = 1 AND author_kind = 1;");
		for (let round = 0; round < 4; round++) {
			const before = questions();
			await until("some more were read", () => questions() > before || questions() === count, 20_000);
			await house.kill();
			/* Never one without the other. */
			expect(number("SELECT COUNT(*) FROM fact WHERE kind = 1 AND author_kind = 3;")).toBe(questions());
			await house.start();
		}
		await until("all are entries", () => questions() === count, 40_000);
		const open = (): number => number("SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND state IN (1, 2);");
		await until("no answer is on its way any more", () => open() === 0, 40_000);
		expect(number("SELECT COUNT(*) FROM fact WHERE kind = 1 AND author_kind = 3;")).toBe(count);
		expect(number("SELECT COUNT(*) FROM outbox WHERE kind = 'mail';")).toBe(count);
		const sent = number("SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND state = 3;");
		/* Of those that were under way at a kill a person is told that nobody knows. */
		expect(number("SELECT COUNT(*) FROM fact WHERE kind = 40;") + sent).toBe(count);
		const got = (): number[] => Array.from({ length: count }, (_, n) => mail.inbox(sender(n)).filter((one: string) => one.includes("Auto-Submitted: auto-replied")).length);
		await until("they arrived", () => got().reduce((sum, one) => sum + one, 0) >= sent, 20_000);
		expect(Math.max(...got())).toBe(1);
		expect(house.command("verify")).toMatch(/^Whole:/);
	}, 180_000);
});
