/** The privacy notice: agreed to before the first word, recorded, and asked again when it changes. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectAccessible, expectCount, launchBrowser, screenshot, startDemo, visit } from "../lib/browser.ts";
import { staff, type Loose, type Staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";

let server: TestServer;
let browser: Browser;
let boss: Staff;

beforeAll(async () => {
	server = await startDemo();
	browser = await launchBrowser();
	boss = await staff(server, "boss");
});
afterAll(async () => {
	await browser.close();
	await server.dispose();
});

async function demoChannel(): Promise<Loose> {
	return (await boss.get("/api/v1/channels")).body.items.find((one: Loose) => one.kind === "webchat");
}

describe("the privacy notice", () => {
	test("is written by the administrator and has a version", async () => {
		const desk = await Desk.open(browser, server, "boss");
		const { page } = desk;
		const channel = await demoChannel();
		await desk.goto("/admin/channels");
		await page.getByRole("button", { name: `编辑 ${channel.name}` }).click();
		const dialog = page.getByRole("dialog");
		await dialog.getByLabel("声明（中文）").fill("聊天内容会被保存三年，用于为您服务和合规检查。");
		await dialog.getByLabel("全文网址").fill("www.example.com");
		await dialog.getByRole("button", { name: "保存" }).click();
		await dialog.getByText("要像 https://www.example.com/privacy").waitFor();
		await dialog.getByLabel("全文网址").fill("https://www.example.com/privacy");
		await expectAccessible(page);
		await screenshot(page, "consent-dialog");
		await dialog.getByRole("button", { name: "保存" }).click();
		await dialog.waitFor({ state: "detached" });
		await desk.close();
		expect((await demoChannel()).settings.notice).toEqual({
			version: 1, zh: "聊天内容会被保存三年，用于为您服务和合规检查。", en: "", url: "https://www.example.com/privacy",
		});
	});

	test("stands in the way until the visitor agrees, and again after a change", async () => {
		const { context, page, watch } = await visit(browser, server);
		const frame = page.frameLocator("iframe");
		await page.goto(`${server.url}/demo/`);
		await page.locator("button[aria-haspopup=dialog]").click();
		const notice = frame.getByRole("region", { name: "隐私声明" });
		await notice.getByText("保存三年").waitFor();
		await expectCount(frame.locator("textarea"), 0);
		await expectAccessible(page);
		await screenshot(page, "consent-widget");
		await notice.getByRole("button", { name: "同意并开始咨询" }).click();
		await frame.locator("textarea").fill("您好，我已同意");
		await frame.locator("textarea").press("Enter");
		await frame.locator(".bubble", { hasText: "我已同意" }).waitFor();
		await page.reload();
		await page.locator("button[aria-haspopup=dialog]").click();
		await frame.locator("textarea").waitFor();
		await expectCount(notice, 0);

		const channel = await demoChannel();
		await boss.request("PATCH", `/api/v1/channels/${channel.id}`, { version: channel.version, notice: { zh: "聊天内容会被保存五年。" } });
		await page.reload();
		await page.locator("button[aria-haspopup=dialog]").click();
		await notice.getByText("保存五年").waitFor();
		await notice.getByRole("button", { name: "同意并开始咨询" }).click();
		await frame.locator("textarea").waitFor();
		await context.close();
		watch.expectNothing();
	});

	test("is shown with the customer and in the audit", async () => {
		const desk = await Desk.open(browser, server, "boss");
		await desk.goto("/inbox/unassigned");
		await desk.openRow("我已同意");
		await desk.page.getByRole("region", { name: "隐私声明" }).getByText("已同意第 2 版").waitFor();
		await screenshot(desk.page, "consent-customer");
		const { items } = (await boss.get("/api/v1/audit")).body;
		expect(items.filter((row: Loose) => row.action === "notice.accepted")).toHaveLength(2);
		await desk.close();
	});

	test("cannot be agreed to in another version than there is", async () => {
		const key = (await demoChannel()).public_key;
		const session = await fetch(`${server.url}/api/v1/widget/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ key, language: "en" }) });
		const { token } = (await session.json()) as Loose;
		const accept = (version: number) =>
			fetch(`${server.url}/api/v1/widget/notice`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ version }) });
		expect((await accept(1)).status).toBe(400);
		expect((await accept(99)).status).toBe(400);
		expect((await accept(2)).status).toBe(200);
	});
});

describe("small things that were asked for", () => {
	test("a conversation begins above what began it, and lists fit on a phone", async () => {
		const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" as const };
		const desk = await Desk.open(browser, server, "boss", phone);
		await desk.goto("/inbox/unassigned");
		await desk.openRow("我已同意");
		const lines = await desk.log.locator(".event, .bubble").allTextContents();
		const opened = lines.findIndex((line) => line.includes("会话开始"));
		expect(opened).toBeGreaterThan(-1);
		expect(lines.findIndex((line) => line.includes("我已同意"))).toBeGreaterThan(opened);
		for (const [path, name] of [["/admin/staff", "narrow-staff"], ["/admin/audit", "narrow-audit"], ["/inbox/all", "narrow-segment"]] as const) {
			await desk.goto(path);
			await desk.page.locator(path === "/inbox/all" ? ".conv" : ".table tbody tr").first().waitFor();
			const overflow = await desk.page.evaluate(() =>
				[document.documentElement, ...Array.from(document.querySelectorAll(".table-card, .page-body"))].map((part) => part.scrollWidth - part.clientWidth),
			);
			expect([path, Math.max(...overflow)]).toEqual([path, 0]);
			await expectAccessible(desk.page);
			await screenshot(desk.page, name);
		}
		await desk.close();
	});
});
