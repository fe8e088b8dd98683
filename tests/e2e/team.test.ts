/** Colleagues in two real browsers: handing over, answers that cross, who looks and types where. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectAccessible, expectText, launchBrowser, patienceMs, screenshot, startDemo } from "../lib/browser.ts";
import { customer, say, type Customer } from "../lib/people.ts";
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
	lin: Customer;
	socket: TestSocket;
}

/** A customer who writes, and the agent who takes her up. */
async function takenBy(desk: Desk, text: string): Promise<Talk> {
	const lin = await customer(server, "demo-web");
	const socket = await lin.socket();
	expect((await say(socket, { text })).t).toBe("ack");
	await desk.goto("/inbox/unassigned");
	await desk.openRow(text);
	await desk.button(/^(领取|Take)$/).click();
	await desk.button(/^(结束|Resolve)$/).waitFor();
	return { lin, socket };
}

describe("handing over", () => {
	test("the receiver is called and reads what she has to know until she answers", async () => {
		const { socket } = await takenBy(ann, "我想改风险等级");
		await ann.page.getByRole("button", { name: "转给同事（A）" }).click();
		await ann.page.getByRole("dialog").getByRole("searchbox").fill("bob");
		await ann.page.getByRole("dialog").getByRole("button", { name: /BOB/ }).click();
		await ann.page.getByRole("dialog").getByRole("textbox").fill("她的测评上周到期，先发新问卷");
		await expectAccessible(ann.page);
		await screenshot(ann.page, "team-transfer");
		await ann.page.getByRole("dialog").getByRole("button", { name: "转交", exact: true }).click();
		await expectText(ann.page.locator(".thread-head"), /由BOB接待/);
		await expectText(ann.message("她的测评上周到期"), /转交给BOB/);

		await bob.goto("/inbox/mine");
		await expect.poll(() => bob.page.locator(".conv", { hasText: "她的测评上周到期" }).count(), { timeout: patienceMs }).toBe(1);
		await bob.openRow("她的测评上周到期");
		await bob.page.locator(".handover", { hasText: "先发新问卷" }).waitFor();
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
		await ann.page.getByRole("button", { name: "转给同事（A）" }).click();
		await ann.page.getByRole("dialog").getByRole("button", { name: "暂不指定，放回未分配" }).click();
		await ann.page.getByRole("dialog").getByRole("textbox").fill("请懂投诉流程的同事接");
		await ann.page.getByRole("dialog").getByRole("button", { name: "放回", exact: true }).click();
		await expectText(ann.page.locator(".thread-head"), /未分配/);
		await bob.goto("/inbox/unassigned");
		await bob.row("请懂投诉流程的同事接").waitFor();
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
		await expect.poll(() => ann.composer.inputValue(), { timeout: patienceMs }).toBe("请您按第三条办理");
		await ann.composer.press("Enter");
		await expectText(ann.message("请您按第三条办理"), /已发送|已送达|已读/);
		socket.close();
	});
});
