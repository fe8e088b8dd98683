/** Quick replies: found by what people type, filled in and sent; kept, imported and taken out. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, Desk, another, expectAccessible, expectCount, expectText, launchBrowser, picture, screenshot, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";
import { until } from "../lib/wait.ts";

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

const options = (desk: Desk) => desk.page.locator("[role=option]");

async function open(desk: Desk, text: string): Promise<void> {
	await desk.goto("/inbox/unassigned");
	await desk.openRow(text);
}

describe("an agent", () => {
	test("finds a reply by pinyin initials and sends it, filled in", async () => {
		const asked = another("昨天转的钱什么时候到");
		const lin = await Caller.open(browser, server);
		await lin.write(asked);
		await open(ann, asked);
		await ann.composer.pressSequentially("/yz");
		await options(ann).filter({ hasText: "银证到账时间" }).waitFor();
		await ann.composer.pressSequentially("d");
		await expectCount(options(ann), 2);
		await expectText(options(ann).filter({ hasText: "银证到账时间" }).locator("b u"), /^银证到$/);
		await screenshot(ann.page, "quick-popup");
		await expectAccessible(ann.page);
		const wanted = options(ann).filter({ hasText: "银证到账时间" });
		await until("the wanted one is chosen by the arrows", async () => {
			if ((await wanted.getAttribute("aria-selected")) === "true") {
				return true;
			}
			await ann.composer.press("ArrowDown");
			return false;
		});
		expect(await ann.composer.getAttribute("aria-activedescendant")).toBe(await wanted.getAttribute("id"));
		await ann.composer.press("Enter");
		await expect.poll(() => ann.composer.inputValue()).toMatch(/^您好，交易日 8:30 至 16:00/);
		await expectCount(options(ann), 0);
		await ann.composer.press("Enter");
		await lin.bubble("您好，交易日 8:30 至 16:00").waitFor();
		await ann.goto("/quick-replies");
		await ann.page.getByRole("searchbox").fill("yzdz");
		await ann.page.getByRole("row", { name: /银证到账时间.*全员 1 / }).waitFor();
		await lin.close();
	});

	test("does not send what nobody filled in, unless on purpose", async () => {
		const asked = another("帮我查一笔转账");
		const he = await Caller.open(browser, server);
		await he.write(asked);
		await open(ann, asked);
		await ann.composer.pressSequentially("您好/lsh");
		await options(ann).first().waitFor();
		await ann.composer.press("Tab");
		await expect.poll(() => ann.composer.inputValue()).toMatch(/^您好麻烦您提供.*\{\{流水号\}\}$/);
		await ann.page.getByText("还有 1 处没有填写").waitFor();
		await screenshot(ann.page, "quick-open-place");
		await expectAccessible(ann.page);
		await ann.composer.press("Enter");
		await ann.composer.pressSequentially("20261119-77310");
		await expectCount(ann.page.getByText("还有 1 处没有填写"), 0);
		await ann.composer.press("Enter");
		await he.bubble("帮您核对：20261119-77310").waitFor();
		expect(await he.log.getByText("{{").count()).toBe(0);
		await ann.composer.fill("照抄 {{流水号}}");
		await ann.composer.press("Enter");
		await ann.button("仍然发送").click();
		await he.bubble("照抄 {{流水号}}").waitFor();
		await he.close();
	});

	test("keeps the keys of the input method, and a slash that is only a slash", async () => {
		await ann.goto("/inbox/all");
		await ann.openRow("林若溪");
		await ann.composer.pressSequentially("/kh");
		await options(ann).first().waitFor();
		await ann.composer.evaluate((box) => box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })));
		expect(await ann.composer.inputValue()).toBe("/kh");
		await ann.composer.press("Escape");
		await expectCount(options(ann), 0);
		await ann.composer.fill("12/5 到账");
		await expectCount(options(ann), 0);
		await ann.composer.fill("");
	});

	test("keeps replies of her own, with a file, and takes a deletion back", async () => {
		const { page } = ann;
		const title = another("凭证样张 ");
		const shen = await Caller.open(browser, server);
		await shen.write(`要看${title}`);
		await ann.goto("/quick-replies");
		await page.getByRole("tab", { name: /个人/ }).click();
		await ann.button("新建快捷回复").click();
		const dialog = page.getByRole("dialog", { name: "新建快捷回复" });
		await dialog.getByLabel("标题").fill(title);
		await dialog.getByLabel("快捷码").fill(`PZ${title.slice(5)}`);
		await dialog.getByLabel("目录").fill("我的");
		await dialog.getByLabel("内容").fill("，样张见附件。");
		await dialog.getByLabel("内容").press("Home");
		await dialog.getByRole("button", { name: "客户姓名" }).click();
		await dialog.locator("input[type=file]").setInputFiles(picture());
		await dialog.getByText("林若溪，样张见附件。").waitFor();
		await screenshot(page, "quick-new");
		await expectAccessible(page);
		await dialog.getByRole("button", { name: "保存" }).click();
		const row = page.getByRole("row", { name: new RegExp(title) });
		await row.getByText(`pz${title.slice(5)}`).waitFor();
		await dialog.waitFor({ state: "detached" });
		await row.getByRole("button", { name: "删除" }).click();
		await expectCount(row, 0);
		await ann.button(/撤销/).last().click();
		await row.waitFor();
		await screenshot(page, "quick-page");
		await expectAccessible(page);
		await open(ann, `要看${title}`);
		await ann.composer.pressSequentially(`/pz${title.slice(5)}`);
		await options(ann).filter({ hasText: title }).waitFor();
		await ann.composer.press("Enter");
		await page.getByRole("list", { name: "附件" }).getByText("凭证.png").waitFor();
		await ann.composer.fill("样张见附件");
		await ann.composer.press("Enter");
		await shen.message("样张见附件").locator("img").waitFor();
		await shen.close();
	});
});

describe("a supervisor", () => {
	test("changes what all have, and all have it at once", async () => {
		const lead = await Desk.open(browser, server, "lead");
		await ann.goto("/quick-replies");
		await ann.page.getByRole("row", { name: /撤单规则/ }).waitFor();
		expect(await ann.page.getByRole("button", { name: "编辑 撤单规则" }).count()).toBe(0);
		await lead.goto("/quick-replies");
		await lead.page.getByRole("button", { name: "编辑 撤单规则" }).click();
		const dialog = lead.page.getByRole("dialog");
		await dialog.getByLabel("标题").fill("撤单规则（新）");
		await dialog.getByRole("button", { name: "保存" }).click();
		await ann.page.getByRole("row", { name: /撤单规则（新）/ }).waitFor();
		await lead.close();
	});

	test("imports a table of GB18030 once, and takes it out again", async () => {
		const lead = await Desk.open(browser, server, "lead");
		const { page } = lead;
		const number = another("");
		const table = Buffer.from("\xB1\xEA\xCC\xE2,\xC4\xDA\xC8\xDD\r\n\xBF\xAA\xBB\xA7" + number + ",\xC4\xFA\xBA\xC3\r\n,\xC4\xFA\r\n", "latin1");
		await lead.goto("/quick-replies");
		await page.getByRole("tab", { name: /团队/ }).click();
		const choose = async (): Promise<void> => {
			await lead.button("导入").click();
			await page.getByRole("dialog").locator("input[type=file]").setInputFiles({ name: "quick.csv", mimeType: "text/csv", buffer: table });
		};
		await choose();
		const dialog = page.getByRole("dialog");
		await dialog.getByText("新增 1 条，更新 0 条，不变 0 条").waitFor();
		await dialog.getByText("GB18030", { exact: true }).waitFor();
		await dialog.getByRole("row", { name: /3 没有标题/ }).waitFor();
		await screenshot(page, "quick-import");
		await expectAccessible(page);
		await dialog.getByRole("button", { name: "导入 1 条" }).click();
		await page.getByRole("row", { name: new RegExp(`开户${number}`) }).waitFor();
		await choose();
		await dialog.getByText("新增 0 条，更新 0 条，不变 1 条").waitFor();
		expect(await dialog.getByRole("button", { name: "导入 0 条" }).isDisabled()).toBe(true);
		await dialog.getByRole("button", { name: "取消" }).click();
		const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "导出" }).click()]);
		const text = readFileSync(await download.path(), "utf8");
		expect(text.startsWith("\uFEFF目录,标题,快捷码,内容,使用次数\r\n")).toBe(true);
		expect(text).toContain(`\r\n,开户${number},,您好,0\r\n`);
		await lead.close();
	});
});

describe("on a phone", () => {
	test("the button opens the list, a tap inserts", async () => {
		const bob = await Desk.open(browser, server, "bob", { viewport: { width: 390, height: 844 }, locale: "en", colorScheme: "dark", hasTouch: true });
		await bob.goto("/inbox/all");
		await bob.openRow("林若溪");
		await bob.page.locator(".composer-foot").getByRole("button", { name: /（\/）|\(\/\)/ }).tap();
		await options(bob).first().waitFor();
		await bob.composer.pressSequentially("bank");
		await expectCount(options(bob), 2);
		await screenshot(bob.page, "quick-phone");
		await expectAccessible(bob.page);
		await options(bob).first().tap();
		await expect.poll(() => bob.composer.inputValue()).toMatch(/^Transfers made between/);
		await bob.composer.fill("");
		await bob.goto("/quick-replies");
		await bob.page.getByRole("row", { name: /Bank transfer/ }).waitFor();
		await screenshot(bob.page, "quick-page-phone");
		await expectAccessible(bob.page);
		await bob.close();
	});
});
