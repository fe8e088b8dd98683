/** Mail under kill -9: never sent twice by us; what nobody knows is left to a person. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MailStack } from "../lib/mailstack.ts";
import { addChannel, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";
import { quiet, until } from "../lib/wait.ts";

let mail: MailStack;
let server: TestServer | undefined;
beforeAll(async () => {
	mail = await MailStack.start();
});
afterEach(() => server?.dispose());
afterAll(() => mail.dispose());

const entriesOf = async (who: Staff, customer: string): Promise<Loose[]> => (await who.get(`/api/v1/customers/${customer}/entries`)).body.entries as Loose[];

describe.each(databases)("after kill -9 while a mail is handed over, on %s,", (database) => {
	test("it is not sent again until a person says so, and then it arrives", async () => {
		server = await startServer({ database, settings: { ...mail.serverSettings, "outbox.retry": "100ms" } });
		const boss = await staff(server, "boss");
		await addChannel(server, "email", { mailbox: mail.settings("support") });
		const address = mail.address("slow");
		const before = mail.inbox("slow").length;
		const customer = (await boss.post("/api/v1/customers", { name: "Lin", contacts: [{ kind: "email", value: address, proven: true, reason: "on paper" }] })).body.customer.id as string;
		const sent = await boss.post(`/api/v1/customers/${customer}/mails`, { ref: makeRef(), to: [address], subject: "Slowly", text: "Once only" });
		expect(sent.status).toBe(201);
		await until("it is being handed over", async () => (await entriesOf(boss, customer)).find(({ id }) => id === sent.body.id)?.delivery?.state === "sending");
		await server.kill();
		server.spawn();
		await server.becomesReady();
		const again = await staff(server, "boss");
		const failed = await until("nobody knows", async () => (await entriesOf(again, customer)).find(({ kind }) => kind === "send_failed"));
		expect(failed.body).toMatchObject({ entry: sent.body.id, final: true });
		expect(failed.body.text).toContain("nobody knows whether it was sent");
		await quiet(1500);
		const kept = (await entriesOf(again, customer)).find(({ id }) => id === sent.body.id);
		expect(kept.delivery).toMatchObject({ state: "failed", attempts: 1 });
		expect((await again.post(`/api/v1/entries/${sent.body.id}/resend`)).status).toBe(200);
		await until("it is sent", async () => (await entriesOf(again, customer)).find(({ id }) => id === sent.body.id)?.delivery?.state === "sent", 30_000);
		await until("it arrived", () => mail.inbox("slow").length > before, 20_000);
		expect(mail.inbox("slow").length - before).toBeLessThanOrEqual(2);
		expect(server.command("verify")).toMatch(/^Whole:/);
	}, 90_000);
});
