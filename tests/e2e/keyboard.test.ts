/** The console without a mouse, and with an input method. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Caller, Desk, expectAccessible, expectCount, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";
import { quiet } from "../lib/wait.ts";

let server: TestServer;
let browser: Browser;
let ann: Desk;

beforeAll(async () => {
	server = await startDemo();
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
beforeEach(async () => {
	await ann.goto("/inbox/unassigned");
	await ann.online();
	await ann.page.locator(".conv").first().waitFor();
});

/** Pinyin in the making, Enter for its letters, then the characters: as an input method does. */
async function compose(page: Page, pinyin: string, chosen: string): Promise<void> {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Input.imeSetComposition", { text: pinyin, selectionStart: pinyin.length, selectionEnd: pinyin.length });
	const enter = { key: "Process", code: "Enter", windowsVirtualKeyCode: 229 };
	await devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter });
	await devtools.send("Input.dispatchKeyEvent", { type: "keyUp", ...enter });
	await devtools.send("Input.insertText", { text: chosen });
	await devtools.detach();
}

async function activeRow(): Promise<string | null> {
	return ann.page.locator(".conv[aria-current=true] .conv-name").textContent();
}

describe("the keyboard", () => {
	test("moves through the list, takes, answers, notes, resolves and undoes", async () => {
		const { page } = ann;
		await page.keyboard.press("j");
		const first = await activeRow();
		await page.keyboard.press("j");
		await expect.poll(activeRow).not.toBe(first);
		await page.keyboard.press("k");
		await expect.poll(activeRow).toBe(first);
		await page.locator(".thread-body").waitFor();
		await ann.button("领取").waitFor();
		await page.keyboard.press("t");
		await ann.button("结束").waitFor();
		await page.keyboard.press("r");
		await page.keyboard.type("我来处理，请稍等");
		await page.keyboard.press("Control+Enter");
		await ann.message("我来处理，请稍等").getByText(/已发送|已送达/).waitFor();
		await page.keyboard.press("Escape");
		await page.keyboard.press("n");
		await page.keyboard.type("客户着急");
		await page.keyboard.press("Enter");
		await ann.log.locator(".note", { hasText: "客户着急" }).waitFor();
		await page.keyboard.press("Escape");
		await page.keyboard.press("e");
		await ann.button("重新打开").waitFor();
		await page.keyboard.press("z");
		await ann.button("结束").waitFor();
	});

	test("letters in a text box are text, with Alt they are commands", async () => {
		const { page } = ann;
		await ann.page.locator(".conv").first().click();
		await ann.composer.click();
		await page.keyboard.type("jtea");
		expect(await ann.composer.inputValue()).toBe("jtea");
		await ann.button("领取").waitFor();
		await page.keyboard.press("Alt+KeyT");
		await ann.button("结束").waitFor();
		await ann.composer.fill("");
	});

	test("an Enter of the input method chooses a candidate and sends nothing", async () => {
		await ann.page.locator(".conv").first().click();
		await ann.composer.click();
		await compose(ann.page, "nihao", "你好");
		await expect.poll(() => ann.composer.inputValue()).toBe("你好");
		await expectCount(ann.bubble("nihao"), 0);
		await expectCount(ann.bubble("你好，"), 0);
		await ann.composer.fill("");
		const lin = await Caller.open(browser, server);
		await lin.composer.click();
		await compose(lin.page, "zaima", "在吗");
		await expect.poll(() => lin.composer.inputValue()).toBe("在吗");
		await quiet(200);
		await expectCount(lin.frame.locator(".msg.is-out"), 0);
		await lin.composer.press("Enter");
		await lin.message("在吗").getByText(/已发送|已送达|已读/).waitFor();
		await lin.close();
	});

	test("the palette finds customers and pages", async () => {
		const { page } = ann;
		await page.keyboard.press("Control+k");
		const box = page.getByRole("dialog").getByRole("combobox");
		await box.fill("苏雅");
		await page.getByRole("option", { name: /苏雅/ }).first().waitFor();
		await screenshot(page, "palette");
		await expectAccessible(page);
		await page.keyboard.press("Enter");
		await page.locator(".thread-head h2", { hasText: "苏雅" }).waitFor();
		await page.keyboard.press("Control+k");
		await page.getByRole("dialog").getByRole("combobox").fill("客户");
		await page.getByRole("option", { name: /前往：客户/ }).click();
		await page.getByRole("heading", { name: "客户", exact: true }).waitFor();
	});

	test("? shows the shortcuts and Esc closes them", async () => {
		const { page } = ann;
		await page.keyboard.press("?");
		await page.getByRole("dialog", { name: "键盘快捷键" }).waitFor();
		await screenshot(page, "shortcuts");
		await expectAccessible(page);
		await page.keyboard.press("Escape");
		await expectCount(page.getByRole("dialog"), 0);
	});
});
