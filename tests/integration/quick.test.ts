/** Quick replies over REST and sockets: who sees what, what is counted, files, tables in and out. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addChannel, customer, say, staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";

const path = "/api/v1/quick-replies";

describe.each(databases)("quick replies on %s", (database) => {
	let server: TestServer;
	let lead: Staff;
	let ann: Staff;
	let bob: Staff;

	beforeAll(async () => {
		server = await startServer({ database });
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
		bob = await staff(server, "bob");
	});
	afterAll(() => server.dispose());

	const listed = async (who: Staff, title: string): Promise<Loose> => (await who.get(path)).body.items.find((one: Loose) => one.title === title);
	const upload = async (who: Staff, name: string): Promise<string> =>
		(await who.request("POST", "/api/v1/files", Buffer.from("%PDF-1.4 test"), { "content-type": "application/pdf", "x-file-name": encodeURIComponent(name) })).body.file.id;
	const importing = (who: Staff, query: string, table: string | Buffer): Promise<Loose> =>
		who.request("POST", `${path}/import?${query}`, new Uint8Array(Buffer.from(table)), { "content-type": "text/csv" });

	test("a personal one is its owner's alone, also on the live line", async () => {
		const own = await ann.socket();
		const other = await bob.socket();
		const made = await ann.post(path, { scope: "personal", title: "我的", body: "您好", shortcut: "wd" });
		expect(made.status).toBe(201);
		expect(made.body.reply).toMatchObject({ scope: "personal", place: ann.id, editable: true, removed: false, used: 0, version: 1 });
		await own.frame("quick_reply", (f: Loose) => f.reply.title === "我的");
		expect(await listed(bob, "我的")).toBeUndefined();
		expect(await listed(lead, "我的")).toBeUndefined();
		const { id } = made.body.reply;
		for (const who of [bob, lead]) {
			expect((await who.request("PATCH", `${path}/${id}`, { title: "夺走" })).status).toBe(404);
			expect((await who.request("DELETE", `${path}/${id}`)).status).toBe(404);
			expect((await who.post(`${path}/${id}/files`)).status).toBe(404);
		}
		await ann.post(path, { scope: "personal", title: "结束", body: "再见" });
		await own.frame("quick_reply", (f: Loose) => f.reply.title === "结束");
		expect(other.frames.filter((f) => f.t === "quick_reply")).toEqual([]);
		own.close();
		other.close();
	});

	test("agents use what supervisors keep, and learn of a change at once", async () => {
		for (const scope of ["team", "global"]) {
			expect((await ann.post(path, { scope, title: "越权", body: "x" })).status).toBe(403);
		}
		const made = (await lead.post(path, { scope: "team", title: "团队的", body: "{{customer.name|您}}好", folder: "问候" })).body.reply;
		expect((await listed(ann, "团队的")).editable).toBe(false);
		expect((await ann.request("PATCH", `${path}/${made.id}`, { title: "改" })).status).toBe(403);
		const socket = await ann.socket();
		const changed = await lead.request("PATCH", `${path}/${made.id}`, { title: "团队的新标题", version: 1 });
		expect(changed.body.reply).toMatchObject({ title: "团队的新标题", folder: "问候", version: 2 });
		const told = (await socket.frame("quick_reply", (f: Loose) => f.reply.id === made.id)) as Loose;
		expect(told.reply).toMatchObject({ title: "团队的新标题", editable: false });
		expect((await lead.request("PATCH", `${path}/${made.id}`, { title: "旧的", version: 1 })).status).toBe(409);
		socket.forget();
		expect((await lead.request("DELETE", `${path}/${made.id}`)).status).toBe(204);
		await socket.frame("quick_reply", (f: Loose) => f.reply.id === made.id && f.reply.removed);
		expect(await listed(ann, "团队的新标题")).toBeUndefined();
		expect((await lead.post(`${path}/${made.id}/restore`)).body.reply.removed).toBe(false);
		expect(await listed(ann, "团队的新标题")).toBeDefined();
		socket.close();
	});

	test("what is wrong is refused with its name", async () => {
		const bad: [object, string][] = [
			[{ scope: "everybody", title: "x", body: "x" }, "scope"],
			[{ scope: "personal", title: "", body: "x" }, "title"],
			[{ scope: "personal", title: "长".repeat(81), body: "x" }, "title"],
			[{ scope: "personal", title: "x", body: "长".repeat(4001) }, "body"],
			[{ scope: "personal", title: "x", body: "x", shortcut: "a b" }, "shortcut"],
			[{ scope: "personal", title: "x", body: "x", files: ["1", "2", "3", "4", "5", "6"] }, "files"],
		];
		for (const [body, field] of bad) {
			const answer = await ann.post(path, body);
			expect([answer.status, answer.body.error.field]).toEqual([400, field]);
		}
		expect((await ann.post(path, { scope: "personal", title: "空", body: "" })).status).toBe(400);
		expect((await ann.post(path, { scope: "personal", title: "别人的文件", body: "x", files: [await upload(bob, "b.pdf")] })).status).toBe(400);
	});

	test("its file goes out by each who uses it, and the use is counted once", async () => {
		const channel = await addChannel(server, "webchat", { origins: [] });
		const lin = await customer(server, channel.public_key);
		const hers = await lin.socket();
		await say(hers, { text: "要什么材料" });
		const reply = (await lead.post(path, { scope: "global", title: "材料", body: "见附件", files: [await upload(lead, "清单.pdf")] })).body.reply;
		const conversation = (await ann.get("/api/v1/conversations?view=unassigned")).body.items[0].id;
		const socket = await ann.socket();
		const ref = makeRef();
		const files = (await ann.post(`${path}/${reply.id}/files`)).body.items.map((file: Loose) => file.id);
		expect(files).not.toContain(reply.files[0].id);
		for (let time = 0; time < 2; time++) {
			expect((await say(socket, { conversation, kind: "message", text: "见附件", files, ref, quick_replies: [reply.id] })).t).toBe("ack");
		}
		const again = (await bob.post(`${path}/${reply.id}/files`)).body.items.map((file: Loose) => file.id);
		const second = await bob.post(`/api/v1/conversations/${conversation}/entries`, { ref: makeRef(), kind: "message", text: "再发一次", files: again, quick_replies: [reply.id, "999"] });
		expect(second.status).toBeLessThan(300);
		expect(await listed(ann, "材料")).toMatchObject({ used: 2, used_by_me: 1 });
		expect(await listed(lead, "材料")).toMatchObject({ used: 2, used_by_me: 0, used_at: null });
		const seen = (await hers.frame("entry", (f: Loose) => f.entry.body?.text === "见附件")) as Loose;
		expect(seen.entry.files[0].name).toBe("清单.pdf");
		socket.close();
		hers.close();
	});

	test("a table comes in once, and goes out harmless", async () => {
		const table = "\uFEFF标题,内容,目录\r\n=SUM(A1),\"+86 10\n第二行\",表\r\n甲,一,\r\n甲,二,\r\n";
		expect((await importing(ann, "scope=global", table)).status).toBe(403);
		const tried = await importing(ann, "scope=personal&try=1", table);
		expect(tried.body).toMatchObject({ charset: "UTF-8", tried: true, created: 2, changed: 0, bad_count: 1, bad: [{ line: 5, reason: "repeated_title", title: "甲" }] });
		expect(await listed(ann, "甲")).toBeUndefined();
		const socket = await ann.socket();
		expect((await importing(ann, "scope=personal", table)).body).toMatchObject({ created: 2, unchanged: 0 });
		expect(((await socket.frame("quick_reply")) as Loose).reply).toBeNull();
		expect((await importing(ann, "scope=personal", table)).body).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
		const out = await ann.get(`${path}/export?scope=personal&language=en`);
		expect(out.headers.get("content-type")).toBe("text/csv; charset=utf-8");
		expect(out.headers.get("content-disposition")).toContain("attachment");
		expect(out.body).toContain("表,'=SUM(A1),,\"'+86 10\n第二行\",0\r\n");
		expect((await importing(ann, "scope=personal", out.body)).body).toMatchObject({ created: 0, changed: 0, bad_count: 0 });
		expect((await bob.get(`${path}/export?scope=global`)).body.split("\r\n")).toHaveLength(2);
		expect((await importing(ann, "scope=personal", "甲,乙\n1,2\n")).status).toBe(400);
		expect((await importing(ann, "scope=personal", "")).status).toBe(400);
		const audit = (await lead.get("/api/v1/audit")).body.items.map((row: Loose) => row.action);
		expect(audit).toEqual(expect.arrayContaining(["quick_reply.created", "quick_reply.imported", "quick_reply.exported"]));
		socket.close();
	});

	test("two thousand rows are taken in one table", async () => {
		const rows = Array.from({ length: 2000 }, (_, at) => `第${at}条,t${at},内容${at}`).join("\n");
		const answer = await importing(lead, "scope=team", `标题,快捷码,内容\n${rows}\n`);
		expect(answer.body).toMatchObject({ created: 2000, bad_count: 0 });
		expect((await importing(lead, "scope=team", `标题,快捷码,内容\n${rows}\n`)).body).toMatchObject({ created: 0, unchanged: 2000 });
		expect((await ann.get(path)).body.items.length).toBeGreaterThan(2000);
	});
});
