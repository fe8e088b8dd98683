/** Mail to and fro through a real mail system: answers find their thread, strangers do not get into it, and what
 * comes back undelivered is told where it belongs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { letter, MailStack } from "../lib/mailstack.ts";
import { addChannel, staff, type Loose, type Staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";
import { until } from "../lib/wait.ts";

let mail: MailStack;
let server: TestServer;
let ann: Staff;

beforeAll(async () => {
	mail = await MailStack.start();
	server = await startServer({ settings: { ...mail.serverSettings, "outbox.retry": "200ms" } });
	ann = await staff(server, "ann");
	await addChannel(server, "email", { name: "Support", mailbox: mail.settings("support") });
});
afterAll(async () => {
	await server.dispose();
	await mail.dispose();
});

const entriesOf = async (customer: string): Promise<Loose[]> => (await ann.get(`/api/v1/customers/${customer}/entries`)).body.entries as Loose[];

/** The conversation whose newest entry begins so. */
const conversationWith = (text: string): Promise<Loose> =>
	until(`a conversation with "${text}"`, async () =>
		((await ann.get("/api/v1/conversations?view=all&state=any")).body.items as Loose[]).find(({ preview }) => (preview as string).startsWith(text)), 20_000);

const receive = async (what: Parameters<typeof letter>[0], to = "support"): Promise<void> =>
	mail.deliver(letter(what), { to: mail.address(to), from: "x@example.com" });

const answer = async (conversation: Loose, to: string, text: string): Promise<Loose> => {
	const sent = await ann.post(`/api/v1/conversations/${conversation.id}/mails`, { ref: makeRef(), to: [to], subject: "Re: About my account", text });
	expect(sent.status).toBe(201);
	return sent.body;
};

test("question, answer and answer to the answer are one thread, known by their ids and by the reply address", async () => {
	const lina = "Li Na <lina@example.com>";
	await receive({ from: lina, id: "q1@example.com", text: "Question of Li Na", proven: true });
	const asked = await conversationWith("Question of Li Na");
	const sent = await answer(asked, mail.address("copy"), "Our answer");
	const arrived = await mail.arrived("copy", sent.body.mail.message_id);
	expect(arrived).toMatch(/^In-Reply-To: <q1@example\.com>/m);
	await receive({ from: lina, id: "q2@example.com", text: "And one more", proven: true, headers: [`In-Reply-To: <${sent.body.mail.message_id}>`] });
	expect((await conversationWith("And one more")).id).toBe(asked.id);
	const token = /support(\+[a-z2-7]{26})@/.exec(arrived)?.[1] ?? "";
	await receive({ from: lina, id: "q3@example.com", text: "By its address", proven: true, subject: "Something else" }, `support${token}`);
	expect((await conversationWith("By its address")).id).toBe(asked.id);
	const thread = await entriesOf(asked.customer);
	const second = thread.find(({ body }) => body?.text?.startsWith("And one more"));
	expect(second.body.mail).toMatchObject({ trust: "proven", answers: sent.id });
	const third = thread.find(({ body }) => body?.text?.startsWith("By its address"));
	expect(third.body.mail.answers).not.toBeNull();
	const source = await ann.get(`/api/v1/entries/${second.id}/mail/source`);
	expect(source.headers.get("content-disposition")).toContain("attachment");
	expect(source.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
	expect(source.body).toContain("And one more");
	expect((await ann.get(`/api/v1/entries/${second.id}/mail/html`)).status).toBe(404);
}, 60_000);

test("whoever only writes her name under it gets a history of its own, with a link that a person may accept", async () => {
	await receive({ from: "Wu <wu@example.com>", id: "w1@example.com", text: "Genuine Wu", proven: true });
	const genuine = await conversationWith("Genuine Wu");
	await receive({ from: "Wu <wu@example.com>", id: "w2@example.com", text: "Forged Wu", headers: ["In-Reply-To: <w1@example.com>"] });
	const forged = await conversationWith("Forged Wu");
	expect(forged.customer).not.toBe(genuine.customer);
	const link = (await entriesOf(forged.customer)).find(({ kind }) => kind === "link_proposed");
	expect(link.body).toMatchObject({ customer: genuine.customer, why: "reference" });
	expect((await entriesOf(genuine.customer)).some(({ body }) => body?.text?.startsWith("Forged"))).toBe(false);
	const contacts = (await ann.get(`/api/v1/customers/${forged.customer}`)).body.contacts as Loose[];
	expect(contacts.map(({ kind, proven }) => [kind, proven])).toEqual([["sender", true], ["email", false]]);
	const judge = async (undo: boolean): Promise<number> => (await ann.post(`/api/v1/customers/${forged.customer}/distinct`, { proposal: link.id, undo })).status;
	const judged = async (): Promise<Loose[]> => (await entriesOf(forged.customer)).filter(({ kind }) => kind === "link_judged");
	const watching = await ann.socket({ watch: [forged.customer] });
	expect(await judge(false)).toBe(204);
	const live = await watching.frame("entry", (frame) => (frame["entry"] as Loose).kind === "link_judged");
	expect(live["entry"]).toMatchObject({ author: { kind: "staff", id: ann.id }, body: { proposal: link.id, customer: genuine.customer, refused: true } });
	expect(await judge(true)).toBe(204);
	expect((await judged()).map(({ body }) => body.refused)).toEqual([true, false]);
	expect((await ann.post(`/api/v1/customers/${genuine.customer}/distinct`, { proposal: link.id })).status).toBe(404);
	watching.close();
	const joined = await ann.post(`/api/v1/customers/${forged.customer}/attach`, { to: genuine.customer });
	expect(joined.status).toBe(200);
	await receive({ from: "Wu <wu@example.com>", id: "w3@example.com", text: "Wu once more" });
	await until("later mail follows", async () => (await entriesOf(genuine.customer)).some(({ body }) => body?.text?.startsWith("Wu once more")), 20_000);
}, 60_000);

test("a mail that comes back undelivered is told in its thread and can be repeated", async () => {
	await receive({ from: "Bo <bo@example.com>", id: "b1@example.com", text: "Bo asks", proven: true });
	const asked = await conversationWith("Bo asks");
	const sent = await answer(asked, mail.address("bounce"), "To a box that is gone");
	const failed = await until("it came back", async () => (await entriesOf(asked.customer)).find(({ kind }) => kind === "send_failed"), 30_000);
	expect(failed.body).toMatchObject({ entry: sent.id, final: true });
	expect(failed.body.status).toMatch(/^5\./);
	const entry = (await entriesOf(asked.customer)).find(({ id }) => id === sent.id);
	expect(entry.delivery.state).toBe("failed");
	expect((await ann.post(`/api/v1/entries/${sent.id}/resend`)).status).toBe(200);
}, 60_000);
