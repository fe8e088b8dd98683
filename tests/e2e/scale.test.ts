/** Lists and threads stay quick when there is much of them, and show what they should wherever one jumps. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk, expectText, launchBrowser, screenshot, startDemo } from "../lib/browser.ts";
import { customer, staff, type Customer, type Staff } from "../lib/people.ts";
import type { TestServer } from "../lib/server.ts";
import { makeRef } from "../lib/socket.ts";
import { until } from "../lib/wait.ts";

const conversationCount = 10_000;
const entryCount = 10_000;
/** What is drawn stays small, whatever there is. */
const maxDrawn = 120;
const rowHeight = 85;
const window = 256;

let server: TestServer;
let browser: Browser;
let boss: Staff;
let lead: Desk;

async function seedConversations(): Promise<void> {
	const now = Date.now();
	let next = 0;
	async function work(): Promise<void> {
		while (next < conversationCount) {
			const n = next++;
			const answer = await boss.post("/api/v1/calls", {
				call_id: `seed-${n}`, event: "end", direction: "in", result: "missed", from: `1380${String(n).padStart(7, "0")}`,
				to: "02155550000", queue: "support", ring_ms: 5000, at: new Date(now - n * 1000).toISOString(),
			});
			expect(answer.status).toBeLessThan(300);
		}
	}
	await Promise.all(Array.from({ length: 24 }, work));
}

async function seedThread(lin: Customer): Promise<void> {
	const socket = await lin.socket();
	for (let sent = 0; sent < entryCount; ) {
		for (let i = 0; i < window && sent < entryCount; i++) {
			socket.send({ t: "send", ref: makeRef(), text: `第 ${++sent} 条：银证转账为什么还没有到账？` });
		}
		await until(`${sent} acknowledgements`, () => socket.frames.filter((f) => f.t === "ack").length === sent, 60_000);
	}
	socket.close();
}

beforeAll(async () => {
	server = await startDemo();
	boss = await staff(server, "boss");
	await seedConversations();
	browser = await launchBrowser();
	lead = await Desk.open(browser, server, "lead");
}, 300_000);
afterAll(async () => {
	try {
		await lead.close();
	} finally {
		await browser.close();
		await server.dispose();
	}
});

/** Figures are for people to read: a busy machine must not make them a failure. */
function report(what: string, ms: number): void {
	process.stdout.write(`${what}: ${Math.round(ms)} ms\n`);
}

/** Milliseconds until the next picture after every step of scrolling. */
function scrollThrough(scroller: Locator, step: number, count: number): Promise<number[]> {
	return scroller.evaluate(async (element, [by, times]) => {
		const took: number[] = [];
		for (let i = 0; i < (times as number); i++) {
			const from = performance.now();
			element.scrollTop += by as number;
			await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
			took.push(performance.now() - from);
		}
		return took;
	}, [step, count]);
}

function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** All conversations in the list's order, as the server tells it. */
async function order(): Promise<string[]> {
	const ids: string[] = [];
	for (let after: string | null = ""; after !== null;) {
		const { body } = await boss.get(`/api/v1/conversations?view=all&limit=200${after === "" ? "" : `&after=${after}`}`);
		ids.push(...body.items.map((one: { id: string }) => one.id));
		after = body.next;
	}
	return ids;
}

/** What is drawn: the place in the list, by where the row stands, and whose row it is. */
function drawn(): Promise<[place: number, id: string][]> {
	return lead.page.locator(".list-row").evaluateAll((rows, height) => rows.map((row): [number, string] => {
		const y = Number(/translateY\(([\d.]+)px\)/.exec((row as HTMLElement).style.transform)?.[1]);
		return [Math.round(y / height), row.querySelector("[data-conversation]")?.getAttribute("data-conversation") ?? ""];
	}), rowHeight);
}

/** The numbers of the entries that are drawn, from the top. */
async function numbers(): Promise<number[]> {
	const texts = await lead.log.locator(".bubble").allTextContents();
	return texts.map((text) => Number(/第 (\d+) 条/.exec(text)?.[1])).filter((n) => !Number.isNaN(n));
}

describe(`with ${conversationCount} conversations`, () => {
	test("the first rows are soon there", async () => {
		const from = Date.now();
		await lead.goto("/inbox/all");
		await lead.page.locator(".conv").first().waitFor();
		report("first row", Date.now() - from);
		await expectText(lead.page.getByRole("tab", { name: /全部/ }), new RegExp(String(conversationCount).slice(0, 2)));
		await screenshot(lead.page, "list-long");
	});

	test("the list scrolls to its end, and shows everywhere the rows that belong there", async () => {
		const ids = await order();
		expect(ids.length).toBeGreaterThan(conversationCount);
		const scroller = lead.page.locator(".list-scroll");
		const steps = await scrollThrough(scroller, 400, 40);
		const from = Date.now();
		await until("the end of the list", async () => {
			await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight));
			return scroller.evaluate((element, height) => element.scrollHeight >= height, ids.length * rowHeight);
		}, 120_000);
		report("all pages loaded", Date.now() - from);
		for (const place of [0.999, 0, 0.5, 0.25, 0.9]) {
			const asked = Date.now();
			await scroller.evaluate((element, part) => (element.scrollTop = part * element.scrollHeight), place);
			const at = Math.floor(place * ids.length);
			await until(`row ${at}`, async () => (await drawn()).some(([row]) => Math.abs(row - at) < 6));
			report(`jump to row ${at}`, Date.now() - asked);
			const rows = await drawn();
			expect(rows.length).toBeLessThan(maxDrawn);
			expect(rows.map(([, id]) => id)).toEqual(rows.map(([row]) => ids[row]));
		}
		steps.push(...(await scrollThrough(scroller, -900, 60)));
		report("step of scrolling (median)", median(steps));
		// Two pictures at 60 Hz are 33 ms; the machine may be busy.
		expect(median(steps)).toBeLessThan(250);
	}, 180_000);

	test("a filter finds the few among the many", async () => {
		await lead.goto("/transcripts");
		const hits = lead.page.locator(".hits");
		await hits.locator("a").first().waitFor();
		const from = Date.now();
		await lead.page.getByRole("searchbox").first().fill("13800004321");
		await until("one hit", async () => (await hits.locator("a").count()) === 1);
		report("filter to one of all", Date.now() - from);
		const [caller] = (await boss.get("/api/v1/customers/lookup?kind=phone&value=13800004321")).body.items;
		await hits.locator("a").first().click();
		expect(lead.page.url()).toContain(`/transcripts/${caller.id}`);
		await expectText(lead.page.locator(".thread-body"), /未接/);
		await screenshot(lead.page, "transcripts-filtered");
	});
});

describe(`with a thread of ${entryCount} entries`, () => {
	beforeAll(async () => seedThread(await customer(server, "demo-web")), 300_000);

	test("it opens at its end", async () => {
		await lead.goto("/inbox/unassigned");
		const last = lead.row(`第 ${entryCount} 条`);
		await until("her row", async () => {
			await lead.page.locator(".list-scroll").evaluate((element) => (element.scrollTop = 0));
			return (await last.count()) > 0;
		});
		const from = Date.now();
		await last.first().click();
		await lead.bubble(`第 ${entryCount} 条`).waitFor();
		report("thread opened", Date.now() - from);
		expect(Date.now() - from).toBeLessThan(8000);
		expect(await lead.log.locator(".trunk-row").count()).toBeLessThan(maxDrawn);
		await screenshot(lead.page, "thread-long");
	});

	test("it scrolls back through its history without leaving one out, and returns to its end", async () => {
		const steps = await scrollThrough(lead.log, -700, 80);
		report("step of scrolling (median)", median(steps));
		const shown = await numbers();
		expect(shown[0]).toBeLessThan(entryCount - 300);
		expect(shown).toEqual(shown.map((_, i) => (shown[0] ?? 0) + i));
		expect(await lead.log.locator(".trunk-row").count()).toBeLessThan(maxDrawn);
		expect(median(steps)).toBeLessThan(250);
		const from = Date.now();
		await lead.button("回到最新").click();
		await lead.bubble(`第 ${entryCount} 条`).waitFor();
		report("back at the end", Date.now() - from);
		const end = await numbers();
		expect(end.at(-1)).toBe(entryCount);
		expect(end).toEqual(end.map((_, i) => (end[0] ?? 0) + i));
	});
});
