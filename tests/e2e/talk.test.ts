/** A customer on the demo page and a member of staff at the console talk, in two real browsers. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Caller, Desk, another, expectAccessible, expectCount, expectText, launchBrowser, picture, screenshot, startDemo } from "../lib/browser.ts";
import { databases, type TestServer } from "../lib/server.ts";
import { quiet, until } from "../lib/wait.ts";

describe.each(databases)("customer and agent, on %s,", (database) => {
	let server: TestServer;
	let browser: Browser;
	let ann: Desk;

	beforeAll(async () => {
		server = await startDemo(database);
		browser = await launchBrowser();
		ann = await Desk.open(browser, server, "ann");
	});

	afterAll(async () => {
		try {
			await ann.close();
		} finally {
			await browser.close();
			await server.dispose();
		}
	});

	beforeEach(() => ann.context.setOffline(false));

	/** A new customer has written this and a number, and ann has taken her. */
	async function talkAbout(subject: string): Promise<Caller> {
		const text = another(subject);
		const lin = await Caller.open(browser, server);
		await lin.write(text);
		await lin.bubble(text).waitFor();
		await ann.goto("/inbox/unassigned");
		await ann.openRow(text);
		await ann.take();
		return lin;
	}

	test("talk: messages, answers, names and ticks", async () => {
		const asked = another("银行转账没到账");
		const lin = await Caller.open(browser, server);
		await ann.goto("/inbox/unassigned");
		await lin.write(asked);
		await expectText(lin.message(asked), /已发送|已送达|已读/);
		await ann.openRow(asked);
		await ann.bubble(asked).waitFor();
		await ann.take();
		await ann.page.getByText("由您接待").waitFor();
		await ann.write("您好，我来帮您查一下");
		await lin.bubble("您好，我来帮您查一下").waitFor();
		await expectText(lin.frame.locator(".widget-head h1"), "ANN");
		await expectText(ann.message("您好，我来帮您查一下"), /已读/);
		await expectText(lin.message(asked), /已读/);
		await screenshot(ann.page, "talk-console");
		await screenshot(lin.page, "talk-customer");
		await lin.close();
	});

	test("see each other typing, and no longer when it ends", async () => {
		const lin = await talkAbout("看得到输入吗");
		await lin.composer.pressSequentially("我想", { delay: 30 });
		await ann.page.getByText(/正在输入/).waitFor();
		await lin.composer.fill("");
		await expectCount(ann.page.getByText(/正在输入/), 0);
		await ann.composer.pressSequentially("请稍", { delay: 30 });
		await lin.frame.locator(".typing").waitFor();
		await ann.write("请稍等");
		await lin.bubble("请稍等").waitFor();
		await expectCount(lin.frame.locator(".typing"), 0);
		await lin.close();
	});

	test("lose and double nothing when both reload", async () => {
		const lin = await talkAbout("重新载入之前");
		await ann.write("我这边记下了");
		await lin.bubble("我这边记下了").waitFor();
		await lin.composer.fill("写到一半");
		await ann.composer.fill("答到一半");
		await ann.page.getByText("草稿已保存").waitFor();
		await Promise.all([lin.page.reload(), ann.page.reload()]);
		await lin.unfold();
		await lin.bubble("我这边记下了").waitFor();
		await ann.bubble("我这边记下了").waitFor();
		await expectCount(lin.bubble("重新载入之前"), 1);
		await expectCount(lin.bubble("我这边记下了"), 1);
		await expectCount(ann.bubble("重新载入之前"), 1);
		expect(await lin.composer.inputValue()).toBe("写到一半");
		await expect.poll(() => ann.composer.inputValue()).toBe("答到一半");
		await lin.composer.press("Enter");
		await ann.bubble("写到一半").waitFor();
		await ann.composer.press("Enter");
		await lin.bubble("答到一半").waitFor();
		await expectCount(lin.bubble("写到一半"), 1);
		await expectCount(ann.bubble("答到一半"), 1);
		await lin.close();
	});

	test("what is written without a network is sent once, in order, when it is back", async () => {
		const lin = await talkAbout("要进隧道了");
		await lin.context.setOffline(true);
		for (const text of ["隧道里一", "隧道里二", "隧道里三"]) {
			await lin.write(text);
		}
		await lin.bubble("隧道里三").waitFor();
		await ann.context.setOffline(true);
		await ann.write("您慢慢说");
		await ann.page.getByText("网络已断开", { exact: false }).waitFor();
		await screenshot(ann.page, "offline-console");
		await screenshot(lin.page, "offline-customer");
		await ann.context.setOffline(false);
		await lin.context.setOffline(false);
		await ann.bubble("隧道里三").waitFor();
		await ann.insist("您慢慢说");
		await lin.bubble("您慢慢说").waitFor();
		const texts = await ann.log.locator(".bubble").allTextContents();
		expect(texts.map((text) => text.trim()).filter((text) => text.startsWith("隧道里"))).toEqual(["隧道里一", "隧道里二", "隧道里三"]);
		await expectText(lin.message("隧道里三"), /已/);
		for (const text of ["隧道里一", "隧道里二", "隧道里三", "您慢慢说"]) {
			await expectCount(lin.bubble(text), 1);
		}
		await lin.close();
	});

	test("what is written without a network survives a reload", async () => {
		const lin = await talkAbout("断网后关掉页面");
		await lin.context.setOffline(true);
		await lin.write("关掉之前写的");
		await lin.bubble("关掉之前写的").waitFor();
		// A page cannot be loaded without a network: it is left, and opened when there is one.
		await lin.page.goto("about:blank");
		await lin.context.setOffline(false);
		await lin.page.goto(`${server.url}/demo/`);
		await ann.bubble("关掉之前写的").waitFor();
		await lin.unfold();
		await expectCount(lin.bubble("关掉之前写的"), 1);
		await expectCount(ann.bubble("关掉之前写的"), 1);
		await lin.close();
	});

	test("send each other pictures", async () => {
		const lin = await talkAbout("给您看凭证");
		await lin.frame.locator("input[type=file]").setInputFiles(picture());
		await lin.frame.locator(".tray").getByText("凭证.png").waitFor();
		await lin.composer.press("Enter");
		const received = ann.log.locator("img[alt*='凭证.png']");
		await received.waitFor();
		await until("the agent sees the picture", () => received.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth === 240));
		await ann.page.locator(".composer input[type=file]").setInputFiles({ ...picture(), name: "回执.png" });
		await ann.page.locator(".composer").getByText("回执.png").waitFor();
		await ann.write("这是银行回执");
		const shown = lin.frame.locator("button.picture[aria-label*='回执.png'] img");
		await shown.waitFor();
		await until("the customer sees the picture", () => shown.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth === 240));
		await screenshot(ann.page, "pictures-console");
		await screenshot(lin.page, "pictures-customer");
		await expectAccessible(lin.page);
		await lin.close();
	});

	test("Enter while a file is on its way sends when it is there", async () => {
		const lin = await talkAbout("文件很大");
		const ways = [
			[lin, lin.frame.locator("input[type=file]"), ann.message("见附件").locator("img[alt*='凭证.png']")],
			[ann, ann.page.locator(".composer input[type=file]"), lin.frame.locator("button.picture[aria-label*='凭证.png']").nth(1)],
		] as const;
		for (const [who, input, received] of ways) {
			let release = (): void => undefined;
			const held = new Promise<void>((resolve) => (release = resolve));
			await who.page.route("**/files", async (route) => {
				await held;
				await route.continue();
			});
			await input.setInputFiles(picture());
			await who.write("见附件");
			await (who === lin ? lin.frame.getByRole("status") : ann.page).getByText("文件上传完成后自动发送").waitFor();
			expect(await who.composer.inputValue()).toBe("见附件");
			release();
			await received.waitFor();
			await expect.poll(() => who.composer.inputValue()).toBe("");
			await who.page.unroute("**/files");
		}
		await expectCount(ann.message("见附件"), 2);
		await expectCount(lin.message("见附件"), 2);
		await lin.close();
	});

	test("notes stay inside the house", async () => {
		const lin = await talkAbout("别让我看到");
		const frames: string[] = [];
		await lin.page.reload();
		lin.page.on("websocket", (socket) => socket.on("framereceived", (frame) => frames.push(String(frame.payload))));
		await lin.page.reload();
		await lin.unfold();
		await lin.bubble("别让我看到").waitFor();
		await ann.note("内部：风险等级待核");
		await ann.write("请您放心");
		await lin.bubble("请您放心").waitFor();
		await quiet(300);
		expect(frames.join("")).toContain("请您放心");
		expect(frames.join("")).not.toContain("风险等级");
		await expectCount(lin.frame.getByText("风险等级"), 0);
		await screenshot(ann.page, "note-console");
		await expectAccessible(ann.page);
		await lin.close();
	});

	test("a conversation is handed on, resolved, undone and reopened", async () => {
		const bob = await Desk.open(browser, server, "bob");
		const subject = another("请转给懂的人");
		const lin = await talkAbout(subject);
		await ann.handOver("bob");
		await bob.goto("/inbox/mine");
		await bob.openRow(subject);
		await bob.page.getByText("由您接待").waitFor();
		await expectText(ann.page.locator(".thread-head"), /由BOB接待/);
		await ann.page.getByText("BOB正在查看").waitFor();
		await bob.button("结束").click();
		await bob.page.getByText("已结束", { exact: false }).first().waitFor();
		await bob.page.locator(".toast", { hasText: "撤销" }).getByRole("button", { name: "撤销" }).click();
		await bob.button("结束").click();
		await bob.button("重新打开").click();
		await bob.page.getByText("由您接待").waitFor();
		await bob.button("结束").click();
		await bob.button("重新打开").waitFor();
		await lin.write("还有一件事");
		await bob.page.getByText("由您接待").waitFor();
		await lin.close();
		await bob.close();
	});

	test("an answer ends the conversation with one key, and so does E right after a note", async () => {
		const lin = await talkAbout("一键结束");
		await ann.composer.fill("已经办好了，再见");
		await ann.page.keyboard.press("Control+Shift+Enter");
		await ann.button("重新打开").waitFor();
		await lin.bubble("已经办好了，再见").waitFor();
		await ann.button("重新打开").click();
		await ann.button("结束").waitFor();
		await ann.page.getByRole("tab", { name: "备注" }).click();
		await ann.write("客户已确认");
		await ann.page.keyboard.press("Escape");
		await ann.page.keyboard.press("e");
		await ann.button("重新打开").waitFor();
		await lin.close();
	});

	test("a folded widget counts what has come meanwhile", async () => {
		const lin = await talkAbout("我先收起来");
		await lin.frame.getByRole("button", { name: "收起" }).click();
		await ann.write("有结果了");
		await lin.page.getByRole("button", { name: /1 条未读/ }).waitFor();
		await screenshot(lin.page, "unread-customer");
		await expectAccessible(lin.page);
		await lin.unfold();
		await lin.bubble("有结果了").waitFor();
		await expectText(ann.message("有结果了"), /已读/);
		await lin.close();
	});
});
