/** Over TLS, with a certificate of the house's own: pages, sockets and cookies never leave it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Caller, Desk, another, expectText, launchBrowser, startDemo } from "../lib/browser.ts";
import type { TestServer } from "../lib/server.ts";

let folder: string;
let server: TestServer;
let browser: Browser;

beforeAll(async () => {
	// This file's own process asks the server only, whose certificate nobody else has signed.
	process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
	folder = mkdtempSync(join(tmpdir(), "trunkline-tls-"));
	const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
	execFileSync("openssl", [
		"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
		"-subj", "/CN=trunkline", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
	], { stdio: "ignore" });
	server = await startDemo("sqlite", { "server.tls_certificate": certificate, "server.tls_key": key });
	browser = await launchBrowser();
});
afterAll(async () => {
	await browser.close();
	await server.dispose();
	rmSync(folder, { recursive: true });
});

test("a customer and an agent talk, and every socket is a wss one", async () => {
	expect(server.url).toMatch(/^https:/);
	const sockets: string[] = [];
	const ann = await Desk.open(browser, server, "ann", { ignoreHTTPSErrors: true });
	ann.page.on("websocket", (socket) => sockets.push(socket.url()));
	await ann.goto("/inbox/unassigned");
	await ann.online();
	const lin = await Caller.open(browser, server, { ignoreHTTPSErrors: true });
	lin.page.on("websocket", (socket) => sockets.push(socket.url()));
	const asked = another("加密线路上的问题");
	await lin.write(asked);
	await ann.openRow(asked);
	await ann.take();
	await ann.write("加密线路上的回答");
	await lin.bubble("加密线路上的回答").waitFor();
	await expectText(lin.message(asked), /已/);
	expect(sockets.length).toBeGreaterThan(0);
	expect(sockets.filter((url) => !url.startsWith(`wss://127.0.0.1:${server.port}/ws/`))).toEqual([]);
	await lin.close();
	await ann.close();
});

test("the session's cookie goes nowhere else, and the browser is told to come back by TLS only", async () => {
	const ann = await Desk.open(browser, server, "ann", { ignoreHTTPSErrors: true });
	const [cookie] = await ann.context.cookies(server.url);
	expect(cookie).toMatchObject({ name: "trunkline_session", secure: true, httpOnly: true, sameSite: "Strict", path: "/" });
	expect(await ann.page.evaluate(() => document.cookie)).toBe("");
	for (const path of ["/console/", "/api/v1/session", "/widget.js", "/healthz"]) {
		const answer = await ann.context.request.get(`${server.url}${path}`, { ignoreHTTPSErrors: true });
		expect([path, answer.headers()["strict-transport-security"]]).toEqual([path, "max-age=31536000"]);
	}
	await ann.close();
});

test("who speaks plain HTTP to it gets no page", async () => {
	const said = await new Promise<string>((resolve) => {
		let text = "";
		const line = connect(server.port, "127.0.0.1", () => line.write("GET /console/ HTTP/1.1\r\nHost: x\r\n\r\n"));
		line.setTimeout(10_000, () => line.destroy());
		line.on("data", (data) => (text += data.toString("latin1")));
		line.on("error", () => undefined);
		line.on("close", () => resolve(text));
	});
	expect(said).not.toMatch(/^HTTP\/1\.1 200|<html/i);
});
