/** Mail at the desk: read safely, answered, sent again; with a real mail system behind it. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostile } from "../../web/console/tests/unit/hostileMail.ts";
import { Desk, expectAccessible, expectCount, expectText, launchBrowser, picture, screenshot, startDemo } from "../lib/browser.ts";
import { letter, MailStack } from "../lib/mailstack.ts";
import { addChannel, staff } from "../lib/people.ts";
import { startServer, type TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

const narrow = { locale: "en", viewport: { width: 390, height: 844 }, colorScheme: "dark" as const };

let browser: Browser;

beforeAll(async () => {
	browser = await launchBrowser();
});
afterAll(() => browser.close());

const cards = (desk: Desk): Locator => desk.log.locator(".mail-card");
const card = (desk: Desk, text: string): Locator => cards(desk).filter({ hasText: text });
const send = (desk: Desk): Promise<void> => desk.page.locator(".composer-foot .is-primary").click();

/* The list draws only the rows in sight. */
async function open(desk: Desk, name: string): Promise<void> {
	const found = await (await staff(desk.server, "lead")).get(`/api/v1/customers?q=${encodeURIComponent(name)}`);
	await desk.goto(`/inbox/all/${String(found.body.items[0].id)}`);
	await cards(desk).first().waitFor();
}

async function addressee(desk: Desk, address: string): Promise<void> {
	const field = desk.page.getByLabel(/^(收件人|To)$/);
	await field.fill(address);
	await field.press("Enter");
}

describe("mail of the demo", () => {
	let server: TestServer;
	let lead: Desk;
	let ann: Desk;

	beforeAll(async () => {
		server = await startDemo();
		lead = await Desk.open(browser, server, "lead");
		await (await staff(server, "ann")).request("PATCH", "/api/v1/staff/me", { language: "en" });
		ann = await Desk.open(browser, server, "ann", narrow);
	});
	afterAll(async () => {
		try {
			await lead.close();
			await ann.close();
		} finally {
			await server.dispose();
		}
	});

	test("shows what is new in it, folds what is quoted and says who wrote to whom", async () => {
		await open(lead, "韩雪");
		const first = card(lead, "转托管期间能不能交易");
		await first.locator(".mail-line").click();
		await expectText(first.locator("dl"), /抄送\s*han\.ming@example\.cn/);
		await expectText(first.locator(".file"), /转户申请表\.pdf/);
		const answer = card(lead, "先把两融合约了结");
		expect(await answer.locator("blockquote").isVisible()).toBe(false);
		await answer.getByText("显示引用的原文").click();
		await expectText(answer.locator("blockquote"), /转托管当天不能交易/);
		await screenshot(lead.page, "mail-thread");
		await expectAccessible(lead.page);
	});

	test("shows its format in a frame that is nobody, without what is outside", async () => {
		await open(lead, "Oliver Bennett");
		const mail = card(lead, "Question about my October statement").first();
		await mail.getByRole("button", { name: "显示原格式" }).click();
		await mail.getByText("有 1 张外部图片未显示").waitFor();
		const frame = mail.locator("iframe");
		expect(await frame.getAttribute("sandbox")).toBe("allow-popups allow-popups-to-escape-sandbox");
		const inside = frame.contentFrame();
		await expectText(inside.locator("body"), /\[Seasonal greetings\]/);
		expect(await inside.locator("td").last().evaluate((cell) => getComputedStyle(cell.closest("table") as Element).fontSize)).toBe("13px");
		expect(await inside.locator("a").getAttribute("rel")).toContain("noopener");
		await screenshot(lead.page, "mail-formatted");
		await expectAccessible(lead.page);
	});

	test("warns of a forged sender and of the address that a link really has", async () => {
		await lead.goto("/inbox/unassigned");
		await lead.openRow("手机丢了");
		const mail = card(lead, "急！更换银行卡");
		await mail.getByText("发件人可能是冒充").waitFor();
		await mail.getByRole("button", { name: "显示原格式" }).click();
		await expectText(mail.locator("iframe").contentFrame().locator("a"), /www\.yuanxiu\.example\/verify \[login\.yuanxiu-vip\.example\]/);
		await expectCount(mail.locator("iframe").contentFrame().locator("form, input, button"), 0);
		/* The answer was asked elsewhere: nothing goes before somebody says where to. */
		await lead.composer.fill("请您本人到柜台办理。");
		expect(await lead.page.locator(".composer-foot .is-primary").isDisabled()).toBe(true);
		await lead.page.getByRole("button", { name: "发到写信人" }).click();
		await lead.page.getByText(/回复将发到 cao\.lei@example\.cn/).waitFor();
		expect(await lead.page.locator(".composer-foot .is-primary").isEnabled()).toBe(true);
		await screenshot(lead.page, "mail-reply-to");
		await lead.composer.fill("");
	});

	test("runs nothing, sends nothing and asks nobody, whatever is in it", async () => {
		const desk = await Desk.open(browser, server, "bob");
		const heard: string[] = [];
		desk.page.on("dialog", (dialog) => {
			heard.push(dialog.message());
			void dialog.dismiss();
		});
		let now = "";
		await desk.page.route(/\/api\/v1\/entries\/\d+\/mail\/html$/, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: now }));
		await open(desk, "Oliver Bennett");
		const mail = card(desk, "Question about my October statement").first();
		const inside = mail.locator("iframe").contentFrame();
		for (const { name, html } of hostile) {
			now = `${html}<p>end</p>`;
			const button = mail.locator(".mail-tools button");
			if ((await button.getAttribute("aria-pressed")) === "true") {
				await button.click();
				await expectCount(mail.locator("iframe"), 0);
			}
			await button.click();
			await mail.locator("iframe").waitFor();
			await inside.locator("body").waitFor({ state: "attached" });
			expect(await inside.locator("script,style,link,iframe,object,embed,form,input,svg,math,meta[http-equiv=refresh],[onerror],[onload],[onfocus]").count(), name).toBe(0);
		}
		/* What a picture or a timer would start has started by then. */
		await desk.page.waitForLoadState("networkidle");
		expect(heard).toEqual([]);
		/* The page's policy says what it saw while the mail was read, before it was cleaned: nothing ran. */
		expect(desk.watch.problems.filter((problem) => !/Content.Security.Policy/i.test(problem))).toEqual([]);
		await desk.context.close();
	});

	test("tells what did not arrive, in the thread and in the list", async () => {
		await open(lead, "Tang Yi");
		await expectText(lead.row("Tang Yi"), /邮件没有送达/);
		await expectText(lead.log.locator(".mail-failed"), /“Documents for opening the account”没有送达.*mailbox does not exist/);
		await card(lead, "please bring your ID").waitFor();
		await expectText(lead.log.locator(".mail-delivery"), /未发出/);
		await expectAccessible(lead.page);
	});

	test("is proposed to belong to another customer, and a person decides", async () => {
		await open(lead, "Claire Bennett");
		const proposal = lead.log.locator(".mail-link");
		await proposal.getByRole("button", { name: "对比并合并" }).click();
		await expectText(lead.page.getByRole("dialog"), /Oliver Bennett/);
		await lead.page.keyboard.press("Escape");
		await open(ann, "Claire Bennett");
		await proposal.getByRole("button", { name: "不是" }).click();
		await lead.log.getByText("您认为这封邮件不属于另一位客户的会话").waitFor();
		await ann.log.getByText(/.+ said that this mail does not belong to another customer's conversation/).waitFor();
		await lead.page.getByRole("button", { name: "撤销" }).click();
		await proposal.waitFor();
		await ann.log.locator(".mail-link").waitFor();
		await proposal.getByRole("button", { name: "不是" }).click();
		await lead.page.reload();
		await lead.log.getByText("您认为这封邮件不属于另一位客户的会话").waitFor();
	});

	test("is read and written on a phone in the dark, by keyboard", async () => {
		await open(ann, "Oliver Bennett");
		const first = card(ann, "Question about my October statement").first();
		await first.getByRole("button", { name: "Show formatted" }).click();
		await first.locator("iframe").waitFor();
		await screenshot(ann.page, "mail-phone");
		await expectAccessible(ann.page);
		await expectText(ann.page.locator(".mail-fields"), /oliver\.bennett@example\.com/);
		const subject = ann.page.getByLabel("Subject", { exact: true });
		expect(await subject.inputValue()).toBe("Re: Question about my October statement");
		await addressee(ann, "nobody");
		await ann.page.getByText("“nobody” is no mail address").waitFor();
		await ann.page.getByLabel("To", { exact: true }).press("Backspace");
		await ann.page.getByLabel("To", { exact: true }).fill("");
		await subject.fill("Level-2 quotes");
		await ann.composer.fill("They are off from 1 December.");
		await ann.page.getByText("Draft saved").waitFor();
		await ann.page.reload();
		await expect.poll(() => ann.page.getByLabel("Subject", { exact: true }).inputValue()).toBe("Level-2 quotes");
		await screenshot(ann.page, "mail-compose-phone");
		await ann.composer.press("Control+Enter");
		const mail = card(ann, "off from 1 December");
		await mail.waitFor();
		/* The demo's mailbox has no server: it waits, and says why. */
		await expectText(ann.log.locator(".mail-delivery").last(), /Waits|Not sent yet|no server/);
		await expect.poll(() => ann.composer.inputValue()).toBe("");
	});

	test("is started from an address of the customer", async () => {
		await lead.goto("/inbox/all");
		await lead.openRow("孟庭");
		await lead.page.locator(".panel-row", { hasText: "meng.t@example.cn" }).getByRole("button").click();
		await lead.page.getByRole("menuitem", { name: "写邮件" }).click();
		await expectText(lead.page.locator(".mail-chip"), /meng\.t@example\.cn/);
		await screenshot(lead.page, "mail-start");
		await expectAccessible(lead.page);
		await lead.page.getByLabel("主题").fill("可转债缴款说明");
		await lead.composer.fill("孟先生您好，缴款截止时间是 T+2 日 16:00。");
		await send(lead);
		await card(lead, "可转债缴款说明").waitFor();
	});
});

describe("with a mail system", () => {
	let server: TestServer;
	let mail: MailStack;
	let ann: Desk;
	const wang = "wang@test.local";
	const wu = "wu@test.local";

	beforeAll(async () => {
		mail = await MailStack.start();
		server = await startServer({ settings: mail.serverSettings });
		await addChannel(server, "email", { name: "Test mailbox", mailbox: mail.settings("support") });
		ann = await Desk.open(browser, server, "ann");
		await ann.goto("/inbox/unassigned");
		await ann.online();
	});
	afterAll(async () => {
		try {
			await ann.close();
		} finally {
			await server.dispose();
			await mail.dispose();
		}
	});
	beforeEach(() => ann.context.setOffline(false));

	test("a customer's mail appears, is answered with a file, and her answer follows it", async () => {
		await mail.deliver(letter({ from: `Wu Lei <${wu}>`, subject: "Seal lost", text: "I lost my company seal. What now?", proven: true }), { to: mail.address("support") });
		await ann.goto("/inbox/unassigned");
		await ann.openRow("Wu Lei");
		await card(ann, "company seal").waitFor();
		expect(await ann.page.getByLabel("主题").inputValue()).toBe("Re: Seal lost");
		await ann.composer.fill("请带营业执照到柜台办理补刻。");
		await ann.page.locator("input[type=file]").setInputFiles(picture());
		await until("the file is uploaded", () => ann.page.locator(".composer-foot .is-primary").isEnabled());
		await send(ann);
		await expectText(ann.message("营业执照"), /已发出/);
		const arrived = await mail.arrived("wu", "Re: Seal lost");
		expect(arrived).toContain("image/png");
		const id = /^Message-ID: <(.+)>/im.exec(arrived)?.[1] ?? "";
		const replyTo = /^Reply-To: (.+)$/im.exec(arrived)?.[1] ?? "";
		expect(replyTo).toContain("support+");
		await mail.deliver(
			letter({ from: `Wu Lei <${wu}>`, subject: "Re: Seal lost", text: "Thank you, I come tomorrow.", proven: true, headers: [`In-Reply-To: <${id}>`, `References: <${id}>`] }),
			{ to: mail.address("support") },
		);
		await card(ann, "I come tomorrow").waitFor();
		await expectCount(cards(ann), 3);
		await screenshot(ann.page, "mail-live");
	});

	test("what is written to a customer is in her mailbox, with its file and an address for her answer", async () => {
		const made = await (await staff(server, "lead")).post("/api/v1/customers", { name: "王蕾", contacts: [{ kind: "email", value: wang, proven: true, reason: "核对证件" }] });
		expect(made.status).toBe(201);
		await ann.goto(`/inbox/all/${String(made.body.customer.id)}`);
		await ann.page.getByLabel("主题").fill("补刻印章");
		await ann.composer.fill("请带营业执照到柜台办理补刻。");
		await ann.page.locator("input[type=file]").setInputFiles(picture());
		await until("the file is uploaded", () => ann.page.locator(".composer-foot .is-primary").isEnabled());
		await send(ann);
		await expectText(ann.log.locator(".mail-delivery"), /已发出/);
		const arrived = await mail.arrived("wang", "image/png");
		expect(arrived).toMatch(/^To: .*wang@test\.local/im);
		expect(arrived).toMatch(/^Reply-To: .*support\+/im);
		await screenshot(ann.page, "mail-sent");
	});

	test("what is written while the network is down goes once it is back, once", async () => {
		await ann.context.setOffline(true);
		await ann.page.getByText("网络已断开", { exact: false }).waitFor();
		await ann.page.getByLabel("主题").fill("断网时写的");
		await ann.composer.fill("网络恢复后您会收到这封邮件。");
		await ann.page.getByText("离线，网络恢复后才能发出邮件").waitFor();
		await send(ann);
		await ann.page.getByText("离线，恢复后自动发送，请保持打开").waitFor();
		expect(await ann.composer.inputValue()).toBe("网络恢复后您会收到这封邮件。");
		await expectAccessible(ann.page);
		await screenshot(ann.page, "mail-offline");
		await ann.context.setOffline(false);
		await card(ann, "断网时写的").waitFor();
		await expect.poll(() => ann.composer.inputValue()).toBe("");
		await until("it arrived", () => mail.inbox("wang").length === 2);
		await expectCount(card(ann, "断网时写的"), 1);
	});

	test("what is refused is told in the server's words and sent again", async () => {
		await ann.page.getByRole("button", { name: `移除 ${wang}` }).click();
		await addressee(ann, mail.address("reject550"));
		await ann.composer.fill("抄送给您的同事。");
		await send(ann);
		await expectText(ann.log.locator(".mail-failed"), /550 5\.1\.1 No such user here/);
		await expectText(ann.row("王蕾"), /邮件没有送达/);
		await screenshot(ann.page, "mail-refused");
		await ann.log.locator(".mail-failed").getByRole("button", { name: "重新发送" }).click();
		await expectCount(ann.log.locator(".mail-failed"), 2);
	});
});
