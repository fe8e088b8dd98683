/** docs/add-a-channel.md, followed to the letter: its blocks are applied to a copy of the tree, the
 * copy is built, and a fax is sent through it. So the page cannot rot. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import { TestServer } from "../lib/server.ts";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "add-a-channel.md"), "utf8");
const buildMs = 300_000;

interface Block {
	order: string;
	text: string;
}

/** What the page tells to do: an order in a comment, and the code block under it. */
const blocks: Block[] = [...page.matchAll(/<!-- (.+?) -->\n```\w+\n([\s\S]*?)```/g)].map(([, order, text]) => ({ order: order ?? "", text: text ?? "" }));

function ordered(verb: string): Block[] {
	return blocks.filter((block) => block.order.startsWith(`${verb}: `)).map((block) => ({ ...block, order: block.order.slice(verb.length + 2) }));
}

/** The block goes under the one line that holds the anchor. */
function insertAfter(file: string, anchor: string, text: string): void {
	const lines = readFileSync(file, "utf8").split("\n");
	const found = lines.flatMap((line, index) => (line.includes(anchor) ? [index] : []));
	expect([file, anchor, found.length]).toEqual([file, anchor, 1]);
	lines.splice((found[0] ?? 0) + 1, 0, text.trimEnd());
	writeFileSync(file, lines.join("\n"));
}

describe("the page about adding a channel", () => {
	const tree = mkdtempSync(join(tmpdir(), "trunkline-channel-"));
	let server: TestServer;
	let boss: Staff;

	beforeAll(() => {
		for (const part of ["Makefile", "server", "channels", "knowledge", "config", "web/ui/src", "web/i18n", "web/tsconfig.base.json"]) {
			cpSync(join(root, part), join(tree, part), { recursive: true, preserveTimestamps: true, filter: (path) => !path.includes("node_modules") });
		}
		symlinkSync(join(root, "web", "node_modules"), join(tree, "web", "node_modules"));
		/* What is built already is not built again. */
		for (const part of ["build/obj/server", "build/obj/channels", "build/obj/knowledge", "build/flags"]) {
			cpSync(join(root, part), join(tree, part), { recursive: true, preserveTimestamps: true });
		}
	});
	afterAll(async () => {
		await server?.dispose();
		rmSync(tree, { recursive: true, force: true });
	});

	test("quotes the counter as it is", () => {
		const quotes = ordered("quote");
		expect(quotes.length).toBeGreaterThan(0);
		for (const { order, text } of quotes) {
			expect(readFileSync(join(root, order), "utf8")).toContain(text);
		}
	});

	test("leads to a tree that builds", () => {
		for (const { order, text } of ordered("file")) {
			mkdirSync(dirname(join(tree, order)), { recursive: true });
			writeFileSync(join(tree, order), text);
		}
		for (const { order, text } of ordered("after")) {
			const [, anchor, file] = /^(.+?) in: (.+)$/.exec(order) ?? [];
			insertAfter(join(tree, file ?? ""), anchor ?? "", text);
		}
		execFileSync("make", ["-s", "server"], { cwd: tree, stdio: "pipe" });
		const said = execFileSync(join(root, "config/setup/with-node"), ["node", join(tree, "web/i18n/scripts/check.mjs")], { cwd: tree, encoding: "utf8" });
		expect(said).toContain("0 problems");
	}, buildMs);

	test("leads to a channel that takes what the page posts", async () => {
		server = new TestServer({ binary: join(tree, "build", "trunkline") });
		server.init();
		server.addStaff("boss", "administrator");
		await server.start();
		boss = await staff(server, "boss");
		expect((await boss.post("/api/v1/channels", { kind: "fax", name: "Fax gateway" })).status).toBe(201);
		const { key } = (await boss.post("/api/v1/api-keys", { name: "gateway", scopes: ["entries:write"] })).body;
		const [example] = ordered("post");
		const body = JSON.parse(example?.text ?? "") as Loose;
		const send = () => boss.request("POST", `/api/v1/entries/${example?.order}`, body, { authorization: `Bearer ${key}`, cookie: "" });
		const answer = await send();
		expect([answer.status, answer.body.error]).toEqual([201, undefined]);
		const { entries } = (await boss.get(`/api/v1/customers/${answer.body.customer}/entries`)).body;
		expect(entries.find((entry: Loose) => entry.id === answer.body.id)).toMatchObject({ kind: "message", channel_kind: "fax", author: { kind: "customer" }, body: { text: body.text } });
		const { contacts } = (await boss.get(`/api/v1/customers/${answer.body.customer}`)).body;
		expect(contacts).toMatchObject([{ kind: "phone", value: "+862155550199", proven: true }]);
		expect((await send()).body).toMatchObject({ id: answer.body.id, duplicate: true });
		expect((await boss.post(`/api/v1/entries/${example?.order}`, body)).status).toBe(403);
	});
});
