/** Automatic answers and forbidden phrases, as a customer, an agent and a supervisor see them. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, Desk, another, expectAccessible, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

describe("answers", () => {
	let server: TestServer;
	let browser: Browser;
	let lead: Staff;
	let ann: Desk;

	async function rule(content: object): Promise<string> {
		const made = await lead.post("/api/v1/rules", content);
		expect(made.status).toBe(201);
		return made.body.rule.id as string;
	}

	beforeAll(async () => {
		server = await startDemo();
		lead = await staff(server, "lead");
		const { settings } = (await lead.get("/api/v1/rule-settings")).body as Loose;
		expect((await lead.request("PUT", "/api/v1/rule-settings", { ...settings, enabled: true })).status).toBe(200);
		const fees = await rule({ title: "佣金说明", priority: 9000, any: ["测试佣金"], replies: ["佣金按您的费率收取。"], ask_helpful: true });
		await rule({ title: "新客问候", priority: 9000, any: ["测试您好"], replies: ["您好，请选择："], menu: [{ label: "佣金怎么收", rule: fees }, { label: "找一个人", human: true }] });
		await until("the rules are in force", async () => {
			const answer = (await lead.post("/api/v1/rules/test", { text: "测试您好" })).body as Loose;
			return answer.title === "新客问候";
		});
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

	test("a customer is answered at once, chooses, and says that it helped", async () => {
		const lin = await Caller.open(browser, server);
		await lin.write("测试您好");
		await lin.bubble("您好，请选择：").waitFor();
		await expectText(lin.message("您好，请选择："), /自动应答/);
		await expectAccessible(lin.page);
		await screenshot(lin.page, "answers-menu");
		await lin.frame.getByRole("button", { name: "佣金怎么收" }).click();
		await lin.bubble("佣金按您的费率收取。").waitFor();
		await lin.frame.getByRole("button", { name: "有帮助", exact: true }).click();
		await lin.frame.getByText("谢谢您的反馈。").waitFor();
		await screenshot(lin.page, "answers-helped");
		await ann.goto("/inbox/unassigned");
		await ann.openRow("佣金按您的费率收取。");
		await ann.page.getByText("已自动应答").waitFor();
		await ann.bubble("您好，请选择：").waitFor();
		await ann.log.getByText("客户表示自动应答有帮助").waitFor();
		await ann.log.getByRole("link", { name: "规则：佣金说明" }).waitFor();
		await expectAccessible(ann.page);
		await screenshot(ann.page, "answers-console");
		await lin.close();
	});

	test("who asks for a person gets one, and the bot is silent from then on", async () => {
		const lin = await Caller.open(browser, server, { locale: "en-US", colorScheme: "dark", viewport: { width: 390, height: 800 } }, `${server.url}/demo/en.html`);
		await lin.write("测试您好");
		await lin.bubble("您好，请选择：").waitFor();
		await screenshot(lin.page, "answers-phone");
		await lin.frame.getByRole("button", { name: "Talk to a person" }).click();
		await lin.frame.locator(".bubble", { hasText: /passing you on|Nobody is here/ }).waitFor();
		await expectCount(lin.frame.getByRole("button", { name: "Talk to a person" }), 0);
		await lin.write("测试佣金");
		await expectText(lin.message("测试佣金"), /Sent|Delivered|Read/);
		await ann.goto("/inbox/unassigned");
		await ann.openRow("测试佣金");
		await ann.log.getByText("转人工：客户点了找人工").waitFor();
		await ann.take();
		await ann.write("您好，我是坐席");
		await lin.bubble("您好，我是坐席").waitFor();
		await expectCount(lin.bubble("佣金按您的费率收取。"), 0);
		await lin.close();
	});

	test("an agent stops the bot for a conversation", async () => {
		const lin = await Caller.open(browser, server);
		await lin.write("测试您好");
		await lin.bubble("您好，请选择：").waitFor();
		await ann.goto("/inbox/unassigned");
		await ann.openRow("您好，请选择：");
		await ann.page.getByText("已自动应答").waitFor();
		await ann.button("更多操作").click();
		await ann.page.getByRole("menuitem", { name: "停止自动应答" }).click();
		await ann.log.getByText("停止了自动应答").waitFor();
		await lin.write("测试佣金");
		await ann.bubble("测试佣金").waitFor();
		await expectCount(lin.bubble("佣金按您的费率收取。"), 0);
		await lin.close();
	});

	test("a forbidden phrase is seen while it is written, and does not leave", async () => {
		const lin = await Caller.open(browser, server);
		await lin.write("转人工");
		/* By day and by night: the house of the demo keeps hours. */
		await lin.frame.locator(".bubble", { hasText: /转接人工|非工作时间/ }).waitFor();
		await ann.goto("/inbox/unassigned");
		await ann.page.locator(".conv", { hasText: /转接人工|非工作时间/ }).first().click();
		await ann.take();
		await ann.composer.fill("这款现金产品保本，资金可以先放在里面。");
		await ann.page.getByText("“保本”是禁用语，本条不能发送。").waitFor();
		await expectCount(ann.page.locator("mark.is-watched"), 1);
		await expectAccessible(ann.page);
		await screenshot(ann.page, "answers-blocked");
		await ann.composer.press("Enter");
		await ann.composer.fill("这款产品年化收益不高");
		await ann.page.getByText("“年化收益”需要确认。").waitFor();
		await screenshot(ann.page, "answers-warned");
		await ann.button("仍然发送").click();
		await lin.bubble("这款产品年化收益不高").waitFor();
		await expectCount(lin.bubble("保本"), 0);
		await ann.log.getByText(/确认提醒后仍然发送：年化收益/).waitFor();
		await ann.write("不保本的产品也有");
		await lin.bubble("不保本的产品也有").waitFor();
		await screenshot(ann.page, "answers-flagged");
		await lin.close();
	});

	test("a supervisor keeps the phrases", async () => {
		const desk = await Desk.open(browser, server, "lead");
		await desk.goto("/answers/phrases");
		await desk.page.locator(".phrase-table").waitFor();
		await desk.page.getByLabel("试一段话").fill("稳赚的机会，满仓吧");
		await desk.page.getByText("不能发送", { exact: true }).waitFor();
		await expectAccessible(desk.page);
		await screenshot(desk.page, "phrases");
		await desk.button("添加禁用语").click();
		const dialog = desk.page.getByRole("dialog");
		const phrase = another("躺赢");
		await dialog.getByLabel("禁用语", { exact: true }).fill(phrase);
		await dialog.getByRole("radio", { name: /提醒/ }).check();
		await expectAccessible(desk.page);
		await screenshot(desk.page, "phrases-dialog");
		await dialog.getByRole("button", { name: "保存" }).click();
		await dialog.waitFor({ state: "detached" });
		await desk.page.locator(".phrase-table").getByText(phrase).waitFor();
		await desk.page.getByRole("button", { name: "撤销" }).click();
		await expectCount(desk.page.locator(".phrase-table").getByText(phrase), 0);
		await desk.close();
	});
});
