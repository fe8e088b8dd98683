/** What leaves the house in a file, by the buttons of the console. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check } from "../../docs/check-history.mjs";
import { Desk, expectAccessible, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let boss: Desk;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	boss = await Desk.open(browser, server, "boss");
});
afterAll(async () => {
	try {
		await boss.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

/** Opens a customer of the demo and downloads her history. */
async function exportHistory(kind: string, notes: boolean): Promise<string> {
	const { page } = boss;
	await page.getByRole("button", { name: "导出沟通记录" }).click();
	const dialog = page.getByRole("dialog", { name: "导出沟通记录" });
	await dialog.getByRole("radio", { name: kind }).check();
	await dialog.getByRole("checkbox", { name: /包含内部备注/ }).setChecked(notes);
	if (!notes) {
		await screenshot(page, "export-history");
		await expectAccessible(page);
	}
	const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: "导出" }).click()]);
	await dialog.waitFor({ state: "detached" });
	return readFileSync(await download.path(), "utf8");
}

describe("exports", () => {
	test("a supervisor takes a history as a document, which reads well by itself", async () => {
		const { page } = boss;
		await boss.goto("/inbox/all");
		await page.locator(".conv", { hasText: "林若溪" }).first().click();
		const document = await exportHistory("文档", false);
		expect(document).toMatch(/^<!doctype html>/);
		expect(document).toContain("沟通记录");
		const reader = await browser.newPage({ viewport: { width: 900, height: 1100 } });
		await reader.setContent(document);
		await screenshot(reader, "export-document");
		expect(await reader.locator("article").count()).toBeGreaterThan(2);
		await reader.close();
	});

	test("and as JSON whose proof holds", async () => {
		const history = JSON.parse(await exportHistory("带校验的 JSON", true)) as { timelines: { facts: unknown[] }[] };
		expect(check(history)).toEqual([]);
		expect(history.timelines[0]?.facts.length).toBeGreaterThan(2);
	});

	test("the filtered conversations come as a table", async () => {
		const { page } = boss;
		await boss.goto("/transcripts?period=all");
		const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "将这些会话导出为 CSV" }).click()]);
		expect(download.suggestedFilename()).toBe("conversations.csv");
		const lines = readFileSync(await download.path(), "utf8").trimEnd().split("\r\n");
		expect(lines[0]).toContain("会话号");
		expect(lines.length).toBeGreaterThan(3);
	});

	test("an agent without the right sees no such button", async () => {
		const agent = await Desk.open(browser, server, "ann");
		await agent.goto("/inbox/all");
		await agent.page.locator(".conv").first().click();
		await agent.page.getByRole("button", { name: "编辑" }).first().waitFor();
		expect(await agent.page.getByRole("button", { name: "导出沟通记录" }).count()).toBe(0);
		await agent.close();
	});
});
