/** Two customers who are one person: found, looked at side by side, read as one, and two again with
 * nothing lost on either side; live for everybody who has one of them open. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, say, staff, type Customer, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";

describe.each(databases)("on %s", (database) => {
	let server: TestServer;
	let boss: Staff;
	let lead: Staff;
	let ann: Staff;
	let bob: Staff;
	let channel: Loose;
	let count = 0;

	beforeAll(async () => {
		server = await startServer({ database });
		boss = await staff(server, "boss");
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
		bob = await staff(server, "bob");
		channel = await addChannel(server, "webchat", { origins: [] });
	});
	afterAll(async () => {
		expect(server.command("verify")).toMatch(/whole|proven|no gap|verified/i);
		await server.dispose();
	});

	const path = (id: string): string => `/api/v1/customers/${id}`;

	async function named(name: string, extra: object = {}): Promise<Loose> {
		const made = await ann.post("/api/v1/customers", { name, ...extra });
		expect(made.status).toBe(201);
		return made.body.customer;
	}

	/** A visitor who wrote something: her widget, her history. */
	async function visitor(text: string): Promise<{ person: Customer; id: string; conversation: Loose }> {
		const person = await customer(server, channel.public_key);
		const socket = await person.socket();
		await say(socket, { text });
		socket.close();
		const list = (await ann.get("/api/v1/conversations?view=all&limit=200")).body.items;
		const conversation = list.find((one: Loose) => one.preview === text);
		return { person, id: conversation.customer, conversation };
	}

	async function texts(who: Staff, id: string): Promise<string[]> {
		const { entries } = (await who.get(`${path(id)}/entries?limit=200`)).body;
		return entries.filter((entry: Loose) => entry.kind === "message" || entry.kind === "note").map((entry: Loose) => entry.body.text);
	}

	async function merge(who: Staff, from: string, into: string, extra: object = {}): Promise<Loose> {
		return who.post(`${path(from)}/merge`, { into, ...extra });
	}

	test("both sides are shown before, read as one after, and two again exactly", async () => {
		const lin = await named("林若溪", { external_id: "C-1", contacts: [{ kind: "phone", value: "13800138101", proven: true }] });
		const guest = await visitor("我是林若溪，想查余额");
		const preview = (await lead.get(`${path(guest.id)}/merge-preview?with=${lin.id}`)).body;
		expect(preview).toMatchObject({ keep: "target", may_merge: true, warnings: [] });
		expect(preview.source.conversations).toBe(1);
		expect(preview.target.customer.external_id).toBe("C-1");
		expect(preview.history.some((entry: Loose) => entry.body?.text === "我是林若溪，想查余额")).toBe(true);

		const before = { lin: (await lead.get(path(lin.id))).body, guest: (await lead.get(path(guest.id))).body };
		const merged = await merge(lead, guest.id, lin.id, { source_version: preview.source.customer.version, target_version: preview.target.customer.version, reason: "来电确认" });
		expect(merged.status).toBe(200);
		expect(merged.body).toMatchObject({ customer: lin.id, other: guest.id });
		expect((await ann.get(path(guest.id))).body.customer.id).toBe(lin.id);
		const list = (await ann.get("/api/v1/customers?limit=200")).body.items.map((one: Loose) => one.id);
		expect([list.includes(lin.id), list.includes(guest.id)]).toEqual([true, false]);

		// She writes on in her widget and reads only her own there; the house notes on the one that stays.
		const widget = await guest.person.socket();
		await say(widget, { text: "合并之后写的" });
		await say(await ann.socket({ watch: [lin.id] }), { customer: lin.id, kind: "note", text: "合并之后的备注" });
		expect(await texts(ann, lin.id)).toEqual(["我是林若溪，想查余额", "合并之后写的", "合并之后的备注"]);
		widget.close();

		const { items } = (await ann.get(`${path(lin.id)}/merges`)).body;
		expect(items).toHaveLength(1);
		expect(items[0]).toMatchObject({ id: merged.body.merge, how: "merged", reason: "来电确认", undone_at: null, made_by: { kind: "staff", id: lead.id } });
		const apart = await lead.post(`${path(lin.id)}/unmerge`, { merge: merged.body.merge, reason: "认错人了" });
		expect(apart.status).toBe(200);
		const after = { lin: (await lead.get(path(lin.id))).body, guest: (await lead.get(path(guest.id))).body };
		for (const side of ["lin", "guest"] as const) {
			expect(after[side].contacts).toEqual(before[side].contacts);
			expect(after[side].timelines.map((one: Loose) => one.timeline)).toEqual(before[side].timelines.map((one: Loose) => one.timeline));
			for (const field of ["name", "external_id", "owner", "unit", "company", "anonymous"]) {
				expect([field, after[side].customer[field]]).toEqual([field, before[side].customer[field]]);
			}
		}
		expect(after.guest.conversation.customer).toBe(guest.id);
		expect(await texts(ann, guest.id)).toEqual(["我是林若溪，想查余额", "合并之后写的"]);
		expect(await texts(ann, lin.id)).toEqual(["合并之后的备注"]);
		expect((await lead.post(`${path(lin.id)}/unmerge`, { merge: merged.body.merge })).status).toBeGreaterThanOrEqual(400);
		const audit = (await boss.get("/api/v1/audit?limit=200")).body.items.map((row: Loose) => row.action);
		for (const action of ["customer.merged", "customer.unmerged", "customer.opened"]) {
			expect(audit).toContain(action);
		}
	});

	test("values that were chosen win, and go back where they came from", async () => {
		const old = await named("王建国", { external_id: "C-20", company: "远岫证券", remark: "老客户" });
		const young = await named("王建国", { external_id: "C-21", company: "远岫证券", gender: "male", remark: "新客户" });
		expect((await merge(lead, young.id, old.id)).status).toBe(409); // both have customer numbers
		const merged = await merge(lead, young.id, old.id, { different_numbers: true, take: ["external_id", "gender", "remark"] });
		expect(merged.status).toBe(200);
		const one = (await ann.get(path(old.id))).body.customer;
		expect(one).toMatchObject({ name: "王建国", external_id: "C-21", gender: "male", remark: "新客户" });
		for (const number of ["C-20", "C-21"]) {
			const found = (await ann.get(`/api/v1/customers?q=${number}`)).body.items;
			expect([number, found.map((row: Loose) => row.id)]).toEqual([number, [old.id]]);
		}
		expect((await ann.request("PATCH", path(old.id), { remark: "合并后改的", version: one.version })).status).toBe(200);
		expect((await lead.post(`${path(old.id)}/unmerge`, { merge: merged.body.merge })).status).toBe(200);
		expect((await ann.get(path(old.id))).body.customer).toMatchObject({ external_id: "C-20", gender: "", remark: "合并后改的" });
		expect((await ann.get(path(young.id))).body.customer).toMatchObject({ external_id: "C-21", gender: "male", remark: "新客户" });
	});

	test("whoever looks at either sees it live", async () => {
		const left = await visitor("直播左");
		const right = await named("直播右");
		const atLeft = await ann.socket({ watch: [left.id] });
		const atRight = await bob.socket({ watch: [right.id] });
		const merged = await merge(lead, left.id, right.id);
		expect(merged.status).toBe(200);
		await atLeft.frame("customer", (f) => (f["customer"] as Loose).id === left.id && (f["customer"] as Loose).primary === right.id);
		await atRight.frame("customer", (f) => (f["customer"] as Loose).id === right.id && (f["members"] as string[]).includes(left.id));
		const widget = await left.person.socket();
		await say(widget, { text: "合并后的直播" });
		for (const socket of [atLeft, atRight]) {
			await socket.frame("entry", (f) => (f["entry"] as Loose).body?.text === "合并后的直播" && (f["entry"] as Loose).customer === right.id);
		}
		expect((await lead.post(`${path(right.id)}/unmerge`, { merge: merged.body.merge })).status).toBe(200);
		await atRight.frame("customer", (f) => (f["customer"] as Loose).id === right.id && !(f["members"] as string[]).includes(left.id));
		await say(widget, { text: "拆分后的直播" });
		await atLeft.frame("entry", (f) => (f["entry"] as Loose).body?.text === "拆分后的直播" && (f["entry"] as Loose).customer === left.id);
		await say(widget, { text: "最后一句" });
		await atLeft.frame("entry", (f) => (f["entry"] as Loose).body?.text === "最后一句");
		// Her lists may show it too; in the other's thread it is not.
		expect(atRight.all("entry").filter((f) => (f["entry"] as Loose).body?.text === "拆分后的直播").every((f) => (f["entry"] as Loose).customer === left.id)).toBe(true);
		for (const socket of [atLeft, atRight, widget]) {
			socket.close();
		}
	});

	test("of two merges at once one wins, and the other is told clearly", async () => {
		const [a, b, c] = [await named("甲"), await named("乙"), await named("丙")];
		const seen = async (id: string): Promise<number> => (await lead.get(path(id))).body.customer.version;
		const versions = { a: await seen(a.id), b: await seen(b.id), c: await seen(c.id) };
		const answers = await Promise.all([
			merge(lead, a.id, b.id, { source_version: versions.a, target_version: versions.b }),
			merge(boss, b.id, c.id, { source_version: versions.b, target_version: versions.c }),
		]);
		const statuses = answers.map((answer) => answer.status);
		// a into b first leaves b a primary: then both may stand, as a chain.
		expect(statuses[1]).toBe(200);
		if (statuses[0] === 409) {
			expect(answers[0]?.body.error.text).toMatch(/meanwhile/);
			expect((await ann.get(path(a.id))).body.customer.id).toBe(a.id);
		} else {
			expect((await ann.get(path(a.id))).body.customer.id).toBe(c.id);
		}
		// Whoever merges into one who was merged away meanwhile is refused for certain.
		const late = await named("丁");
		const refused = await merge(lead, late.id, b.id, { target_version: versions.b });
		expect(refused.status).toBe(409);
	});

	test("named customers are merged by supervisors and owners; strangers are attached by anybody", async () => {
		const [one, two] = [await named("归属甲"), await named("归属乙")];
		expect((await merge(ann, one.id, two.id)).status).toBe(403);
		expect((await ann.get(`${path(one.id)}/merge-preview?with=${two.id}`)).body.may_merge).toBe(false);
		for (const id of [one.id, two.id]) {
			expect((await lead.request("PATCH", path(id), { owner: ann.id })).status).toBe(200);
		}
		const merged = await merge(ann, one.id, two.id);
		expect(merged.status).toBe(200);
		expect((await bob.post(`${path(two.id)}/unmerge`, { merge: merged.body.merge })).status).toBe(403);
		expect((await ann.post(`${path(two.id)}/unmerge`, { merge: merged.body.merge })).status).toBe(200);

		const guest = await visitor("路过的客人");
		expect((await bob.post(`${path(guest.id)}/attach`, { to: two.id })).status).toBe(200);
		const [attached] = (await bob.get(`${path(two.id)}/merges`)).body.items;
		expect(attached).toMatchObject({ how: "attached", source: { id: guest.id }, may_undo: true });
		expect((await bob.post(`${path(two.id)}/unmerge`, { merge: attached.id })).status).toBe(200);
		expect((await bob.get(path(guest.id))).body.customer.id).toBe(guest.id);
	});

	test("who may be the same is suggested with reasons, until somebody knows better", async () => {
		const number = `1390013${8000 + ++count}`;
		const known = await named("相似一", { contacts: [{ kind: "phone", value: number, proven: true }] });
		const other = await named("相似二", { contacts: [{ kind: "phone", value: number }] });
		const likely = async (id: string): Promise<Loose[]> => (await ann.get(`${path(id)}/likely`)).body.items;
		expect(await likely(other.id)).toMatchObject([
			{ customer: { id: known.id }, reasons: [{ kind: "phone", value: `+86${number}`, ours_proven: false, theirs_proven: true }] },
		]);
		expect((await likely(known.id))[0].customer.id).toBe(other.id);
		expect((await ann.post(`${path(known.id)}/distinct`, { other: other.id })).status).toBe(204);
		expect([await likely(known.id), await likely(other.id)]).toEqual([[], []]);
		expect((await lead.get(`${path(known.id)}/merge-preview?with=${other.id}`)).body.warnings).toContain("distinct");
	});

	test("a claim is proven with a reason that stays in the record", async () => {
		const who = await named("待验证", { contacts: [{ kind: "email", value: "lin@example.com" }] });
		const [contact] = (await ann.get(path(who.id))).body.contacts;
		expect(contact).toMatchObject({ proven: false, source: "agent", created_by: ann.id, proven_by: null });
		const missing = await ann.request("PATCH", `${path(who.id)}/contacts/${contact.id}`, { proven: true });
		expect([missing.status, missing.body.error.field]).toEqual([400, "reason"]);
		const proven = await bob.request("PATCH", `${path(who.id)}/contacts/${contact.id}`, { proven: true, reason: "回拨确认" });
		expect(proven.body.contacts[0]).toMatchObject({ proven: true, proven_by: bob.id, proven_reason: "回拨确认" });
		const row = (await boss.get("/api/v1/audit?limit=50")).body.items.find((one: Loose) => one.action === "contact.proven");
		expect(row).toMatchObject({ subject: who.id, detail: "email:lin@example.com 回拨确认" });
	});
});
