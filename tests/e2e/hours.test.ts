/** Opening hours, kept by a supervisor; tags: given, found by, taken back. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, another, expectAccessible, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let lead: Desk;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	lead = await Desk.open(browser, server, "lead");
});
afterAll(async () => {
	try {
		await lead.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

describe("a supervisor", () => {
	test("writes the week and pastes the holidays", async () => {
		await lead.goto("/answers/hours");
		const form = lead.page.locator(".hours-form");
		await form.waitFor();
		await expectAccessible(lead.page);
		const first = lead.page.getByLabel("周一第 1 段开始");
		await first.fill("8.30");
		await first.press("Tab");
		await expect.poll(() => first.inputValue()).toBe("08:30");
		await lead.button("把周一复制到其他工作日").click();
		expect(await lead.page.getByLabel("周五第 1 段开始").inputValue()).toBe("08:30");
		await lead.button("粘贴节假日安排").click();
		await lead.page.locator("dialog textarea").fill("2099年\n一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。");
		await expectText(lead.page.locator("dialog [role=status]"), "休息 3 天，上班 1 天");
		await expectAccessible(lead.page);
		await screenshot(lead.page, "hours-paste");
		await lead.button("添加 4 天").click();
		await expectCount(form.locator(".hours-day", { hasText: "2099-01" }), 4);
		await lead.button("保存").click();
		await lead.page.getByText("服务时间已保存").waitFor();
		await expectCount(lead.button("保存"), 0);
		await screenshot(lead.page, "hours");
	});

	test("sees at once that overlapping spans are refused", async () => {
		await lead.goto("/answers/hours");
		const end = lead.page.getByLabel("周二第 1 段结束");
		await end.fill("14:00");
		await end.press("Tab");
		await expectText(lead.page.locator(".hours-foot [role=alert]"), /周二/);
		expect(await lead.button("保存").isDisabled()).toBe(true);
		await lead.button("放弃修改").click();
		await expect.poll(() => end.inputValue()).toBe("11:30");
	});

	test("tags a customer, finds her by it, and takes it back", async () => {
		const tag = another("高净值");
		await lead.goto("/inbox/all");
		await lead.page.locator(".conv").first().click();
		const add = lead.page.locator(".tag-add input");
		await add.fill(tag);
		await add.press("Enter");
		const chip = lead.page.locator(".tag-chip", { hasText: tag });
		await chip.waitFor();
		await lead.log.getByText(`添加标签：${tag}`).first().waitFor();
		await expectAccessible(lead.page);
		await screenshot(lead.page, "tags");
		await lead.goto(`/customers?tag=${encodeURIComponent(tag)}`);
		await expectCount(lead.page.locator("tbody tr"), 1);
		await lead.goto("/inbox/all");
		await lead.page.locator(".conv").first().click();
		await lead.button(`移除标签：${tag}`).click();
		await expectCount(chip, 0);
		await lead.page.getByRole("button", { name: /^撤销/ }).click();
		await chip.waitFor();
	});
});
