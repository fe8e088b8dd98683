/** Lines that break without a word, and servers that end: seen from both browsers. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Caller, Desk, another, expectCount, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { databases, type TestServer } from "../lib/server.ts";
import { Tunnel } from "../lib/tunnel.ts";

describe.each(databases)("on %s", (database) => {
	let server: TestServer;
	let browser: Browser;

	beforeAll(async () => {
		server = await startDemo(database);
		browser = await launchBrowser();
	});
	afterAll(async () => {
		await browser.close();
		await server.dispose();
	});
	beforeEach(async () => {
		if (!(await server.isReady())) {
			await server.start();
		}
	});

	test("a cut line loses and doubles nothing on either side", async () => {
		const before = another("线路断开之前");
		const tunnel = await Tunnel.to(server.port);
		const ann = await Desk.open(browser, server, "ann");
		const lin = await Caller.open(browser, server, {}, `${tunnel.url}/demo/`);
		await lin.write(before);
		await ann.goto("/inbox/unassigned");
		await ann.openRow(before);
		await ann.take();
		tunnel.cut();
		await lin.write("断线时写的一");
		await lin.write("断线时写的二");
		await expectText(lin.message("断线时写的二"), /等待网络|发送中/);
		await lin.frame.getByText("网络已断开", { exact: false }).waitFor();
		await screenshot(lin.page, `cut-customer-${database}`);
		await ann.write("断线时答的");
		await ann.message("断线时答的").getByText("已发送").waitFor();
		tunnel.mend();
		await lin.bubble("断线时答的").waitFor();
		await ann.bubble("断线时写的二").waitFor();
		const heard = (await ann.log.locator(".bubble").allTextContents()).map((text) => text.trim());
		expect(heard).toEqual([before, "断线时答的", "断线时写的一", "断线时写的二"]);
		for (const text of heard) {
			await expectCount(lin.bubble(text), 1);
		}
		await expectCount(lin.frame.getByText("网络已断开", { exact: false }), 0);
		await lin.close();
		await ann.close();
		await tunnel.close();
	});

	test("a server that is killed and comes back is no more than a pause", async () => {
		const before = another("服务器重启之前");
		const ann = await Desk.open(browser, server, "ann");
		const lin = await Caller.open(browser, server);
		await lin.write(before);
		await ann.goto("/inbox/unassigned");
		await ann.openRow(before);
		await ann.take();
		await server.kill();
		await ann.page.locator(".connection-bar").waitFor();
		await screenshot(ann.page, `server-away-console-${database}`);
		await ann.write("重启时答的");
		await lin.write("重启时写的");
		await server.start();
		await ann.bubble("重启时写的").waitFor();
		await ann.insist("重启时答的");
		await lin.bubble("重启时答的").waitFor();
		for (const text of [before, "重启时答的", "重启时写的"]) {
			await expectCount(lin.bubble(text), 1);
			await expectCount(ann.bubble(text), 1);
		}
		expect(server.command("verify")).toMatch(/^Whole:/);
		await lin.close();
		await ann.close();
	});
});
