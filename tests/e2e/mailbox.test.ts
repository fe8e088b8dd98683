/** An administrator connects a mailbox: tries it, sees what is wrong, saves it, sees it being read. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectAccessible, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { letter, MailStack } from "../lib/mailstack.ts";
import { staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";

let mail: MailStack;
let server: TestServer;
let browser: Browser;
let boss: Desk;

beforeAll(async () => {
	mail = await MailStack.start();
	server = await startDemo("sqlite", { ...mail.serverSettings, "outbox.retry": "300ms" }, true);
	browser = await launchBrowser();
	boss = await Desk.open(browser, server, "boss");
});
afterAll(async () => {
	try {
		await boss.close();
	} finally {
		await browser.close();
		await server.dispose();
		await mail.dispose();
	}
});

async function fill(dialog: Locator, password: string): Promise<void> {
	await dialog.getByLabel("显示名称").fill("开户邮箱");
	await dialog.getByLabel("邮箱地址").fill(mail.address("help"));
	await dialog.getByLabel("发件人名称").fill("某某证券客服");
	const incoming = dialog.getByRole("group", { name: "收信（IMAP）" });
	await incoming.getByLabel("服务器").fill("localhost");
	await incoming.getByLabel("端口").fill(String(mail.ports.imaps));
	await incoming.getByLabel("用户名").fill(mail.address("help"));
	await incoming.getByLabel("密码或授权码").fill(password);
	const outgoing = dialog.getByRole("group", { name: "发信（SMTP）" });
	await outgoing.getByLabel("服务器").fill("localhost");
	await outgoing.getByLabel("加密").selectOption("starttls");
	await outgoing.getByLabel("端口").fill(String(mail.ports.submission));
}

describe("a mailbox", () => {
	test("a provider fills in its servers", async () => {
		await boss.goto("/admin/channels");
		await boss.button("新增渠道").click();
		const dialog = boss.page.getByRole("dialog");
		await dialog.getByText("邮件", { exact: true }).click();
		await dialog.getByLabel("邮箱服务商").selectOption("exmail");
		const incoming = dialog.getByRole("group", { name: "收信（IMAP）" });
		expect(await incoming.getByLabel("服务器").inputValue()).toBe("imap.exmail.qq.com");
		await dialog.getByText("客户端专用密码").waitFor();
		await expectAccessible(boss.page);
		await screenshot(boss.page, "mailbox-form");
	});

	test("a wrong password is told where it fails, in the server's words", async () => {
		const dialog = boss.page.getByRole("dialog");
		await fill(dialog, "wrong");
		await dialog.getByRole("button", { name: "测试连接" }).click();
		await dialog.getByText("还不行，请看下面第一处失败。").waitFor();
		await dialog.getByText("用户名或密码不对").first().waitFor();
		await dialog.getByText("Authentication failed").first().waitFor();
		await dialog.locator(".mail-result").scrollIntoViewIfNeeded();
		await expectAccessible(boss.page);
		await screenshot(boss.page, "mailbox-test-failed");
	});

	test("with the right one it works, is saved and read", async () => {
		const dialog = boss.page.getByRole("dialog");
		await fill(dialog, "pw-help");
		await dialog.getByRole("button", { name: "测试连接" }).click();
		await dialog.getByText("连接正常，可以收发邮件。").waitFor();
		await dialog.locator(".mail-result").scrollIntoViewIfNeeded();
		await screenshot(boss.page, "mailbox-test-fine");
		await dialog.getByRole("button", { name: "保存" }).click();
		const card = boss.page.getByRole("article", { name: "开户邮箱" });
		await card.getByText("正在收信").waitFor();
		await card.scrollIntoViewIfNeeded();
		await expectAccessible(boss.page);
		await screenshot(boss.page, "mailbox-state");
	});

	test("a mail is in the inbox of the console as it arrives", async () => {
		await boss.goto("/inbox/all");
		await boss.online();
		await mail.deliver(letter({ from: "钱多多 <qian@example.com>", subject: "=?utf-8?B?5a+56LSm5Y2V?=", text: "请把十月的对账单发给我。", proven: true }), { to: mail.address("help") });
		await boss.row("十月的对账单").waitFor();
	});

	test("its mail is answered by rules once somebody says so, and the thread shows by which", async () => {
		await boss.goto("/admin/channels");
		await boss.page.getByRole("article", { name: "开户邮箱" }).getByRole("button").first().click();
		const dialog = boss.page.getByRole("dialog");
		const choice = dialog.getByLabel("按规则自动回复");
		expect(await choice.inputValue()).toBe("off");
		await choice.selectOption("proven");
		await dialog.getByText("没有发件人能被证实").waitFor();
		await choice.scrollIntoViewIfNeeded();
		await expectAccessible(boss.page);
		await screenshot(boss.page, "mailbox-answering");
		await dialog.getByText("更多设置", { exact: true }).click();
		await dialog.getByLabel("可信的收信服务器").fill("mail.test.local");
		await dialog.getByText("没有发件人能被证实").waitFor({ state: "detached" });
		await dialog.getByRole("button", { name: "保存" }).click();
		await dialog.waitFor({ state: "detached" });
		await boss.goto("/inbox/all");
		await boss.online();
		await mail.deliver(letter({ from: "Sun <sun@test.local>", to: mail.address("help"), subject: "Opening", text: "请问怎么开户？", proven: true }), { to: mail.address("help"), from: "sun@test.local" });
		await boss.openRow("可用手机 App 自助开户");
		const answer = boss.message("Re: Opening");
		await answer.getByRole("link", { name: "怎么开立证券账户" }).waitFor();
		await answer.getByText("已发出").waitFor();
		await answer.scrollIntoViewIfNeeded();
		await expectAccessible(boss.page);
		await screenshot(boss.page, "mail-answered");
		expect(await mail.arrived("sun", "Auto-Submitted: auto-replied")).toContain("Re: Opening");
	});

	test("on a phone and in the dark the form is whole", async () => {
		await (await staff(server, "boss")).request("PATCH", "/api/v1/staff/me", { language: "en" });
		const phone = await Desk.open(browser, server, "boss", { viewport: { width: 390, height: 844 }, locale: "en-GB", colorScheme: "dark" });
		await phone.goto("/admin/channels");
		const card = phone.page.getByRole("article", { name: "开户邮箱" });
		await card.getByRole("button").first().click();
		await phone.page.getByRole("dialog").locator(".mail-server").first().waitFor();
		expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
		await expectAccessible(phone.page);
		await screenshot(phone.page, "mailbox-form-390-dark");
		const choice = phone.page.getByLabel("Answer automatically by rules");
		await choice.selectOption("all");
		await choice.scrollIntoViewIfNeeded();
		await expectAccessible(phone.page);
		await screenshot(phone.page, "mailbox-answering-390-dark");
		await phone.goto("/inbox/all");
		await phone.openRow("可用手机 App 自助开户");
		await phone.message("Re: Opening").scrollIntoViewIfNeeded();
		expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
		await screenshot(phone.page, "mail-answered-390-dark");
		await phone.close();
	});
});
