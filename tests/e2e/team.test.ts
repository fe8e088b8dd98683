/** Colleagues in two real browsers: handing over, answers that cross, who looks and types where. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, another, expectAccessible, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { customer, say, staff, type Customer, type Loose } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";
import type { TestSocket } from "../lib/socket.ts";

let server: TestServer;
let browser: Browser;
let ann: Desk;
let bob: Desk;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	ann = await Desk.open(browser, server, "ann");
	bob = await Desk.open(browser, server, "bob", { viewport: { width: 390, height: 844 }, colorScheme: "dark", });
	await bob.page.locator(".tabbar-me").click();
	await bob.page.getByRole("menuitemradio", { name: "English" }).click();
	await bob.page.keyboard.press("Escape");
});
afterAll(async () => {
	try {
		await ann.close();
		await bob.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

interface Talk {
	text: string;
	lin: Customer;
	socket: TestSocket;
}

/** A customer who writes this and a number, and the agent who takes her up. */
async function takenBy(desk: Desk, subject: string): Promise<Talk> {
	const text = another(subject);
	const lin = await customer(server, "demo-web");
	const socket = await lin.socket();
	expect((await say(socket, { text })).t).toBe("ack");
	await desk.goto("/inbox/unassigned");
	await desk.openRow(text);
	await desk.take();
	return { text, lin, socket };
}

describe("handing over", () => {
	test("the receiver is called and reads what she has to know until she answers", async () => {
		const { socket } = await takenBy(ann, "我想改风险等级");
		const note = another("她的测评上周到期，先发新问卷");
		await ann.page.getByRole("button", { name: "转给同事（A）" }).click();
		await ann.page.getByRole("dialog").getByRole("searchbox").fill("bob");
		await ann.page.getByRole("dialog").getByRole("button", { name: /BOB/ }).click();
		await ann.page.getByRole("dialog").getByRole("textbox").fill(note);
		await expectAccessible(ann.page);
		await screenshot(ann.page, "team-transfer");
		await ann.page.getByRole("dialog").getByRole("button", { name: "转交", exact: true }).click();
		await expectText(ann.page.locator(".thread-head"), /由BOB接待/);
		await expectText(ann.message(note), /转交给BOB/);

		await bob.goto("/inbox/mine");
		await expect.poll(() => bob.page.locator(".conv", { hasText: note }).count()).toBe(1);
		await bob.openRow(note);
		await bob.page.locator(".handover", { hasText: note }).waitFor();
		await expectText(bob.page.locator(".handover"), /ANN handed this over to you/);
		await expectAccessible(bob.page);
		await screenshot(bob.page, "team-handover-narrow");
		await bob.write("新的问卷已发给您");
		await bob.bubble("新的问卷已发给您").waitFor();
		await bob.page.locator(".handover").waitFor({ state: "detached" });
		socket.close();
	});

	test("back to Unassigned it carries its note", async () => {
		const { socket } = await takenBy(ann, "我要投诉");
		const note = another("请懂投诉流程的同事接");
		await ann.page.getByRole("button", { name: "转给同事（A）" }).click();
		await ann.page.getByRole("dialog").getByRole("button", { name: "暂不指定，放回未分配" }).click();
		await ann.page.getByRole("dialog").getByRole("textbox").fill(note);
		await ann.page.getByRole("dialog").getByRole("button", { name: "放回", exact: true }).click();
		await expectText(ann.page.locator(".thread-head"), /未分配/);
		await bob.goto("/inbox/unassigned");
		await bob.row(note).waitFor();
		socket.close();
	});
});

describe("answers that cross", () => {
	test("what was written meanwhile is shown first, and no word is lost", async () => {
		const { socket } = await takenBy(ann, "第一个问题");
		for (let i = 1; i <= 30; i++) {
			await say(socket, { text: `说明第 ${i} 行` });
		}
		await expectText(ann.log, /说明第 30 行/);
		await ann.log.evaluate((box) => box.scrollTo({ top: 0 }));
		await ann.page.locator(".jump").waitFor();
		await say(socket, { text: "不用了，我自己找到了" });
		await ann.page.locator(".jump", { hasText: "1" }).waitFor();
		await ann.write("请您按第三条办理");
		const kept = ann.message("请您按第三条办理");
		await expectText(kept, /客户又写了新消息/);
		await expectText(ann.log, /不用了，我自己找到了/);
		await expectAccessible(ann.page);
		await screenshot(ann.page, "team-stale");
		await kept.getByRole("button", { name: "先看一下" }).click();
		await expect.poll(() => ann.composer.inputValue()).toBe("请您按第三条办理");
		await ann.composer.press("Enter");
		await expectText(ann.message("请您按第三条办理"), /已发送|已送达|已读/);
		socket.close();
	});
});

describe("who looks and types", () => {
	test("is seen on the row and in the thread, and ends when she leaves", async () => {
		const lin = await customer(server, "demo-web");
		const socket = await lin.socket();
		const text = another("谁在看我");
		await say(socket, { text });
		await ann.goto("/inbox/unassigned");
		const row = ann.row(text);
		await row.waitFor();
		await bob.goto("/inbox/unassigned");
		await bob.openRow(text);
		await expectText(row, /BOB ?正在查看/);
		await bob.composer.pressSequentially("hm", { delay: 50 });
		await expectText(row, /BOB ?正在回复/);
		await screenshot(ann.page, "team-rows");
		await ann.openRow(text);
		await expectText(ann.page.locator(".thread-head"), /BOB ?正在/);
		await bob.composer.fill("");
		await bob.page.locator(".thread-head a").first().click();
		await expect.poll(() => row.locator(".conv-looking").count()).toBe(0);
		socket.close();
	});
});

describe("the floor", () => {
	let lead: Desk;
	beforeAll(async () => {
		lead = await Desk.open(browser, server, "lead");
	});
	afterAll(() => lead.close());

	test("shows who waits and what each has, live, and each number leads there", async () => {
		await lead.goto("/live");
		await lead.page.locator(".kpis").waitFor();
		const waiting = lead.page.locator(".live-waiting tbody tr");
		const { text, socket } = await takenBy(ann, "现场能看到我吗");
		const mine = waiting.filter({ hasText: text });
		await expectText(mine, /ANN/);
		const tile = lead.page.locator(".tile", { hasText: "ANN" });
		await expectText(tile, /在线/);
		await expectText(tile, /个在等/);
		await expectAccessible(lead.page);
		await screenshot(lead.page, "team-live");
		await tile.getByRole("link", { name: /进行中/ }).click();
		await lead.row(text).waitFor();
		await expectAccessible(lead.page);
		await screenshot(lead.page, "team-filter");
		const answer = another("看得到");
		await ann.write(answer);
		await ann.bubble(answer).waitFor();
		await lead.page.getByRole("checkbox", { name: "等待回复" }).check();
		await expect.poll(() => lead.row(answer).count()).toBe(0);
		socket.close();
	});

	test("several are handed to somebody at once, and taken back", async () => {
		const note = another("安安要去开会");
		const talks = [await takenBy(ann, "一起转的第一位"), await takenBy(ann, "一起转的第二位")];
		await lead.goto("/live");
		for (const { text } of talks) {
			await lead.page.locator(".live-waiting tr", { hasText: text }).getByRole("checkbox").check();
		}
		await lead.page.getByRole("button", { name: "转交（2）" }).click();
		const dialog = lead.page.getByRole("dialog");
		await dialog.getByRole("button", { name: /BOB/ }).click();
		await dialog.getByRole("textbox").fill(note);
		await dialog.locator("button[type=submit]").click();
		const rows = lead.page.locator(".live-waiting tr", { hasText: note });
		await expect.poll(() => rows.filter({ hasText: "BOB" }).count()).toBe(2);
		await lead.page.locator(".toast", { hasText: "2 个会话" }).getByRole("button", { name: "撤销" }).click();
		await expect.poll(() => rows.filter({ hasText: "ANN" }).count()).toBe(2);
		talks.forEach(({ socket }) => socket.close());
	});

	test("is for those who lead", async () => {
		await ann.goto("/live");
		await ann.page.locator(".inbox").waitFor();
	});

	test("fits a phone in the dark", async () => {
		await lead.page.setViewportSize({ width: 390, height: 844 });
		await lead.page.emulateMedia({ colorScheme: "dark" });
		await lead.goto("/live");
		await lead.page.locator(".kpis").waitFor();
		await expectAccessible(lead.page);
		await screenshot(lead.page, "team-live-narrow");
	});
});

describe("mentions", () => {
	test("a colleague who is named is told, also when she was away, and it ends with her look", async () => {
		await ann.page.setViewportSize({ width: 1440, height: 900 });
		const { socket } = await takenBy(ann, "谁懂科创板");
		const asked = another("她问科创板权限");
		await ann.page.getByRole("tab", { name: "备注" }).click();
		await ann.composer.pressSequentially("@bo");
		await ann.page.getByRole("option", { name: /BOB/ }).waitFor();
		await expectAccessible(ann.page);
		await screenshot(ann.page, "team-mention-picker");
		await ann.composer.press("Enter");
		await ann.composer.pressSequentially(asked);
		await ann.composer.press("Enter");
		await ann.bubble(asked).waitFor();
		/* He is told without having that list open, and after he comes back. */
		await bob.goto("/inbox/mine");
		const entrance = bob.page.getByRole("link", { name: /Mentions, 1 new/ });
		await entrance.waitFor();
		await entrance.click();
		const row = bob.page.locator(".conv", { hasText: asked });
		await row.waitFor();
		await expectAccessible(bob.page);
		await screenshot(bob.page, "team-mentions-narrow");
		await row.click();
		await bob.page.locator(".note.is-mention", { hasText: asked }).waitFor();
		await bob.page.locator(".thread-head a").first().click();
		await bob.page.getByRole("link", { name: /Mentions, 0 new/ }).waitFor();
		socket.close();
	});
});

describe("what a colleague is", () => {
	test("away for a reason and wrap-up are seen by the others and kept", async () => {
		await ann.goto("/inbox/mine");
		await ann.online();
		const lead = await Desk.open(browser, server, "lead");
		await lead.goto("/live");
		const tile = lead.page.locator(".tile", { hasText: "ANN" });
		await expectText(tile, /在线/);
		await ann.page.locator(".rail-me").click();
		await screenshot(ann.page, "team-states");
		await ann.page.getByRole("menuitemradio", { name: "离开：会议" }).click();
		await expectText(tile, /离开.*会议/);
		await ann.page.reload();
		await ann.page.locator(".rail-me .presence[data-state=away]").waitFor();
		await ann.page.locator(".rail-me").click();
		await ann.page.getByRole("menuitemradio", { name: /^整理/ }).click();
		await expectText(tile, /整理/);
		await ann.page.locator(".wrapup-bar").waitFor();
		await expectAccessible(ann.page);
		await screenshot(ann.page, "team-wrapup");
		await ann.button("完成，回到在线").click();
		await expectText(tile, /在线/);
		const boss = await staff(server, "boss");
		const me = (await boss.get("/api/v1/staff")).body.items.find((one: Loose) => one.login === "ann");
		const kept = (await boss.get(`/api/v1/staff/${me.id}/presence`)).body.items as Loose[];
		expect(kept.map((one) => [one.state, one.reason])).toEqual(expect.arrayContaining([["away", "meeting"], ["wrapup", ""], ["online", ""]]));
		await lead.close();
	});
});

describe("saved filters", () => {
	test("one is kept, shared, found by a colleague, deleted and taken back", async () => {
		const name = another("网页上等着的");
		await ann.goto("/inbox/filter?waiting=1&channel=webchat");
		await ann.button("保存筛选").click();
		const dialog = ann.page.getByRole("dialog");
		await dialog.getByRole("textbox").fill(name);
		await dialog.getByRole("checkbox").check();
		await expectAccessible(ann.page);
		await dialog.locator("button[type=submit]").click();
		await expectText(ann.page.locator(".filter-actions"), name);
		await screenshot(ann.page, "team-saved-filter");
		await bob.goto("/inbox/mine");
		await bob.button("Filters").click();
		await bob.page.getByRole("menuitem", { name: new RegExp(name) }).click();
		await bob.page.waitForURL(/waiting=1/);
		await ann.button("删除").click();
		await ann.button("保存筛选").waitFor();
		await ann.page.locator(".toast", { hasText: "已删除" }).getByRole("button", { name: "撤销" }).click();
		await expectText(ann.page.locator(".filter-actions"), name);
	});
});

describe("the profile", () => {
	test("shows where one is logged in, and ends the others", async () => {
		const elsewhere = await Desk.open(browser, server, "ann");
		await ann.goto("/profile");
		await ann.page.locator(".profile-sessions li").first().waitFor();
		await expectAccessible(ann.page);
		await screenshot(ann.page, "team-profile");
		await ann.button("退出其他设备").click();
		await elsewhere.page.locator("input[name=login]").waitFor();
		await expect.poll(() => ann.page.locator(".profile-sessions li").count()).toBe(1);
		await elsewhere.close();
		await bob.goto("/profile");
		await bob.page.locator(".profile-sessions li").first().waitFor();
		await expectAccessible(bob.page);
		await screenshot(bob.page, "team-profile-narrow");
	});
});
