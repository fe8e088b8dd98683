/** Keyword rules over REST: written, tried out, in force without a restart, out to files and in again. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import { databases, startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

const path = "/api/v1/rules";

describe.each(databases)("keyword rules on %s", (database) => {
	let server: TestServer;
	let lead: Staff;
	let ann: Staff;

	beforeAll(async () => {
		server = await startServer({ database });
		lead = await staff(server, "lead");
		ann = await staff(server, "ann");
	});
	afterAll(() => server.dispose());

	const add = async (rule: object): Promise<Loose> => {
		const made = await lead.post(path, rule);
		expect(made.status).toBe(201);
		return made.body.rule;
	};
	const ask = async (text: string, more: object = {}): Promise<Loose> => (await ann.post(`${path}/test`, { text, ...more })).body;
	/** Asks until the answer is that of this rule: a change is compiled aside. */
	const answeredBy = (text: string, title: string, more: object = {}): Promise<Loose> =>
		until(`${title} answers`, async () => {
			const answer = await ask(text, more);
			return answer.title === title ? answer : undefined;
		});
	const importing = (data: string | Buffer, query = ""): Promise<Loose> =>
		lead.request("POST", `${path}/import${query}`, new Uint8Array(Buffer.from(data)), { "content-type": "text/csv" });

	test("a rule answers as soon as it is stored, and what changes is told to consoles", async () => {
		const socket = await ann.socket();
		const rule = await add({ title: "开户流程", any: ["怎么开户", "开户流程"], replies: ["请在 App 首页点“开户”。"], tags: ["开户"], intent: "open_account" });
		expect(rule).toMatchObject({ match: "contains", enabled: true, hours: "always", version: 1, hits: 0, daily: [], removed: false });
		await socket.frame("rules", (f: Loose) => f.problem === "");
		const answer = await answeredBy("请问怎么开户呀", "开户流程");
		expect(answer).toMatchObject({ verdict: "answer", reason: "rule", texts: ["请在 App 首页点“开户”。"], tags: ["开户"], intent: "open_account" });
		expect(answer.hits[0]).toMatchObject({ begin: 2, end: 6, term: "怎么开户" });
		const changed = await lead.request("PATCH", `${path}/${rule.id}`, { replies: ["新的答案"], version: 1 });
		expect(changed.body.rule).toMatchObject({ title: "开户流程", any: ["怎么开户", "开户流程"], version: 2 });
		await until("the new answer", async () => (await ask("怎么开户")).texts[0] === "新的答案");
		expect((await lead.request("PATCH", `${path}/${rule.id}`, { title: "旧", version: 1 })).status).toBe(409);
		socket.close();
	});

	test("agents read rules and try them, but do not write them", async () => {
		const rule = await add({ title: "只读", any: ["只读词"], replies: ["好"] });
		expect((await ann.get(path)).body.items.some((one: Loose) => one.id === rule.id)).toBe(true);
		expect((await ann.post(path, { title: "我的", any: ["x"], replies: ["x"] })).status).toBe(403);
		expect((await ann.request("PATCH", `${path}/${rule.id}`, { enabled: false })).status).toBe(403);
		expect((await ann.request("DELETE", `${path}/${rule.id}`)).status).toBe(403);
		expect((await ann.post(`${path}/revert`, { items: [{ id: rule.id, version: 1 }] })).status).toBe(403);
		expect((await ann.get(`${path}/export`)).status).toBe(403);
		expect((await ann.request("PUT", "/api/v1/rule-settings", {})).status).toBe(403);
	});

	test("what is wrong is refused with its name", async () => {
		const bad: [object, string][] = [
			[{ title: "", any: ["x"], replies: ["x"] }, "title"],
			[{ title: "无", match: "exact", replies: ["x"] }, "any"],
			[{ title: "空词", any: ["  "], replies: ["x"] }, "any[0]"],
			[{ title: "坏正则", match: "pattern", pattern: "(", replies: ["x"] }, "pattern"],
			[{ title: "匹配", match: "sounds-like", any: ["x"], replies: ["x"] }, "match"],
			[{ title: "类型", any: "x", replies: ["x"] }, "any"],
			[{ title: "冷却", any: ["x"], cooldown_ms: -1, replies: ["x"] }, "cooldown_ms"],
		];
		for (const [rule, field] of bad) {
			const answer = await lead.post(path, rule);
			expect([answer.status, answer.body.error.field]).toEqual([400, field]);
		}
		expect((await ann.post(`${path}/test`, { text: "" })).body.error.field).toBe("text");
		expect((await lead.request("PUT", "/api/v1/rule-settings", { synonyms: [["一个"]] })).body.error.field).toBe("synonyms[0]");
	});

	test("each change can be taken back, and the versions stay", async () => {
		const { id } = await add({ title: "可撤销", any: ["撤销词"], replies: ["一"], priority: 7 });
		await lead.request("PATCH", `${path}/${id}`, { priority: 9, replies: ["二"] });
		expect((await lead.post(`${path}/revert`, { items: [{ id, version: 2 }] })).body).toEqual({ done: 1, failed: 0 });
		expect((await lead.post(`${path}/revert`, { items: [{ id, version: 2 }] })).status).toBe(409);
		expect((await lead.request("DELETE", `${path}/${id}`)).status).toBe(204);
		expect((await lead.request("PATCH", `${path}/${id}`, { priority: 1 })).status).toBe(404);
		expect((await lead.post(`${path}/revert`, { items: [{ id, version: 4 }] })).body.done).toBe(1);
		const versions = (await ann.get(`${path}/${id}/versions`)).body.items;
		expect(versions.map((one: Loose) => [one.version, one.priority, one.removed])).toEqual([
			[5, 7, false],
			[4, 7, true],
			[3, 7, false],
			[2, 9, false],
			[1, 7, false],
		]);
		expect((await ann.get(`${path}/1/versions`)).status).toBe(404);
	});

	test("a rule is tried before it is saved, and nothing stays of that", async () => {
		const draft = { title: "试一试", any: ["量子开户"], replies: ["{{name|您}}好"], priority: 900 };
		const tried = await ask("量子开户行吗", { rule: draft, name: "林女士" });
		expect(tried).toMatchObject({ verdict: "answer", title: "试一试", rule: null, texts: ["林女士好"] });
		expect(tried.trials[0]).toMatchObject({ won: true, why: "", title: "试一试" });
		expect((await ask("量子开户行吗")).title).not.toBe("试一试");
		expect((await ann.post(`${path}/test`, { text: "x", rule: { title: "", any: ["x"] } })).status).toBe(400);
	});

	test("the trials say why a rule did not win", async () => {
		await add({ title: "夜间", any: ["夜里问"], replies: ["夜间答"], hours: "closed", priority: 50 });
		await add({ title: "微信的", any: ["夜里问"], replies: ["微信答"], channels: ["wechat"], priority: 60 });
		await add({ title: "白天", any: ["夜里问"], none: ["不要"], replies: ["白天答"] });
		const day = await answeredBy("夜里问一下", "白天", { open: true });
		expect(day.trials.map((one: Loose) => [one.title, one.won, one.why])).toEqual([
			["微信的", false, "channel"],
			["夜间", false, "hours"],
			["白天", true, ""],
		]);
		expect((await ask("夜里问一下", { open: false })).title).toBe("夜间");
		expect((await ask("夜里问一下", { channel: "wechat" })).title).toBe("微信的");
		expect((await ask("夜里问，不要", { open: true })).trials.find((one: Loose) => one.title === "白天").why).toBe("none-word");
	});

	test("a menu waits for its number, which the test remembers as a customer would", async () => {
		const target = await add({ title: "银证转账时间", match: "exact", any: ["银证转账时间说明"], replies: ["9:00–16:00"] });
		await add({ title: "转账菜单", any: ["转账问题"], replies: ["请选择"], menu: [{ label: "几点能转", rule: target.id }, { label: "人工", human: true }] });
		const asked = await answeredBy("转账问题", "转账菜单");
		expect(asked.menu).toEqual([{ n: 1, label: "几点能转" }, { n: 2, label: "人工" }]);
		expect(await ask("1", { state: asked.state })).toMatchObject({ verdict: "answer", reason: "menu", texts: ["9:00–16:00"] });
		expect(await ask("2", { state: asked.state })).toMatchObject({ verdict: "human" });
	});

	test("words that bring a person, synonyms and the switch hold for all rules", async () => {
		const settings = (await lead.get("/api/v1/rule-settings")).body;
		expect(settings).toMatchObject({ enabled: true, misses: 2, menu_ms: 600000 });
		expect((await ask("我要转人工")).reason).toBe("human_word");
		await add({ title: "密码", any: ["忘记密码"], replies: ["重置"] });
		const put = { ...settings, synonyms: [["忘记密码", "密码忘了", "記不得密碼"]], human_words: ["找真人"] };
		const saved = await lead.request("PUT", "/api/v1/rule-settings", put);
		expect(saved.body).toMatchObject({ version: settings.version + 1, human_words: ["找真人"] });
		await answeredBy("我的密码忘了", "密码");
		expect((await ask("找真人")).verdict).toBe("human");
		expect((await lead.request("PUT", "/api/v1/rule-settings", put)).status).toBe(409);
	});

	test("what another process writes is in force within seconds", async () => {
		const rule = await add({ title: "别的进程", any: ["别处词"], replies: ["旧"] });
		await answeredBy("别处词", "别的进程");
		server.sql(`UPDATE rule SET body = REPLACE(body, '旧', '别处写的') WHERE id = ${rule.id}; UPDATE rule_settings SET changes = changes + 1;`);
		await until("the rule of the other process", async () => (await ask("别处词")).texts[0] === "别处写的");
	});

	test("what cannot be read leaves the former rules in force, says so, and can be mended", async () => {
		const rule = await add({ title: "会坏的", any: ["会坏词"], replies: ["好的"] });
		await answeredBy("会坏词", "会坏的");
		server.sql(`UPDATE rule SET body = '{"any":7}' WHERE id = ${rule.id}; UPDATE rule_settings SET changes = changes + 1;`);
		const list = await until("the problem", async () => {
			const { body } = await ann.get(path);
			return body.status.problem === "" ? undefined : body;
		});
		expect(list.status).toMatchObject({ problem_rule: rule.id });
		expect(list.items.find((one: Loose) => one.id === rule.id)).toMatchObject({ title: "会坏的", any: [] });
		expect((await ask("会坏词")).title).toBe("会坏的");
		await lead.request("PATCH", `${path}/${rule.id}`, { any: ["会坏词"], replies: ["修好了"] });
		await until("the mended rule", async () => (await ask("会坏词")).texts[0] === "修好了");
		expect((await ann.get(path)).body.status.problem).toBe("");
	});

	test("rules go out as a table and as JSON, and come in again without a difference", async () => {
		const before = (await lead.get(path)).body.items.length;
		const table = await lead.get(`${path}/export?language=zh-CN`);
		expect(table.headers.get("content-disposition")).toContain("rules.csv");
		expect(table.body).toContain("目录,标题,启用");
		expect(table.body).toContain("几点能转 => 银证转账时间\n人工 => @");
		expect((await importing(table.body)).body).toMatchObject({ format: "csv", created: 0, changed: 0, unchanged: before, bad_count: 0, undo: [] });
		const json = await lead.get(`${path}/export?format=json`);
		expect(json.body.rules).toHaveLength(before);
		expect((await importing(JSON.stringify(json.body))).body).toMatchObject({ format: "json", created: 0, changed: 0, unchanged: before, bad_count: 0 });
		expect((await lead.get(`${path}/export?format=xml`)).status).toBe(400);
		const audit = (await lead.get("/api/v1/audit")).body.items.map((row: Loose) => row.action);
		expect(audit).toEqual(expect.arrayContaining(["rule.created", "rule.edited", "rule.removed", "rule.reverted", "rule_settings.edited", "rule.exported"]));
	});

	test("an import is tried first, names bad rows, links menus, and is taken back as a whole", async () => {
		const table = [
			"标题,任一词,回复,优先级,菜单",
			'进口菜单,进口问题,请选择,3,"看说明 => 进口说明\n人工 => @"',
			'进口说明,进口说明,"第一段\n---\n=1+1",,',
			",没有标题,x,,",
			"进口说明,重复,x,,",
			"坏优先级,词,x,很高,",
			"坏菜单,词,x,,去哪 => 不存在的规则",
		].join("\n");
		const before = (await lead.get(path)).body.items.length;
		const tried = await importing(table, "?try=true");
		expect(tried.body).toMatchObject({ tried: true, created: 2, changed: 0, bad_count: 4, undo: [] });
		expect(tried.body.bad.map((row: Loose) => [row.line, row.reason])).toEqual([
			[7, "no_title"],
			[8, "repeated_title"],
			[9, "wrong_value"],
			[10, "unknown_menu_rule"],
		]);
		expect(tried.body.items.map((row: Loose) => [row.title, row.what])).toEqual([["进口菜单", "create"], ["进口说明", "create"]]);
		expect((await lead.get(path)).body.items).toHaveLength(before);
		const done = (await importing(table)).body;
		expect(done).toMatchObject({ tried: false, created: 2, bad_count: 4 });
		const items = (await lead.get(path)).body.items;
		const target = items.find((one: Loose) => one.title === "进口说明");
		expect(target.replies).toEqual(["第一段", "=1+1"]);
		expect(items.find((one: Loose) => one.title === "进口菜单").menu[0]).toEqual({ label: "看说明", rule: target.id, human: false });
		expect((await lead.get(`${path}/export`)).body).toContain("第一段\n---\n=1+1");
		/* Repeated: nothing; changed: one; back again: all as it was. */
		expect((await importing(table)).body).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
		const changed = (await importing("title,any words,replies\n进口说明,进口说明,另一个答案\n")).body;
		expect(changed).toMatchObject({ created: 0, changed: 1 });
		expect((await lead.post(`${path}/revert`, { items: changed.undo })).body).toEqual({ done: 1, failed: 0 });
		const again = (await lead.get(path)).body.items.find((one: Loose) => one.title === "进口说明");
		expect(again.replies).toEqual(["第一段", "=1+1"]);
		const undo = done.undo.map((one: Loose) => (one.id === again.id ? { ...one, version: again.version } : one));
		expect((await lead.post(`${path}/revert`, { items: undo })).body).toEqual({ done: 2, failed: 0 });
		expect((await lead.get(path)).body.items).toHaveLength(before);
	});

	test("a table in GB18030 is read; one without columns of ours is refused", async () => {
		const gb = Buffer.from("b1eacce22cc8ceD2bbb4ca2cbbd8b8b40ab9fab1ea2cb9fab1eabbf92cbac30a", "hex");
		expect((await importing(gb, "?try=true")).body).toMatchObject({ charset: "GB18030", created: 1, items: [{ title: "国标" }] });
		expect((await importing("甲,乙\n1,2\n")).status).toBe(400);
		expect((await importing("")).status).toBe(400);
		expect((await importing("{\"rules\":")).status).toBe(400);
	});

	test("two thousand rules are taken in one file and match at once", async () => {
		const rows = Array.from({ length: 2000 }, (_, at) => `批量${at},批量词${at}号,答${at}`).join("\n");
		const done = (await importing(`标题,任一词,回复\n${rows}\n`)).body;
		expect(done).toMatchObject({ created: 2000, bad_count: 0 });
		await answeredBy("我问批量词1234号", "批量1234");
		for (let at = 0; at < 2000; at += 500) {
			expect((await lead.post(`${path}/revert`, { items: done.undo.slice(at, at + 500) })).body.done).toBe(500);
		}
	});
});
