/** Starts Chromium: the one without windows, or the whole one, which is twice as much to load. */
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from "playwright-core";

const launchOptions = {
	/** The same engine without the windows around it: half the work for the processor. */
	executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
	args: [
		"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
		"--disable-background-networking", "--disable-component-update",
	],
	/** After it was installed, its first start reads it all from the disk. */
	timeout: 120_000,
};
/** Notifications, profiles and their settings are only here. */
const wholeOptions = { ...launchOptions, executablePath: "/usr/bin/chromium" };

export function launchBrowser(): Promise<Browser> {
	return chromium.launch(launchOptions);
}

export function launchWholeBrowser(): Promise<Browser> {
	return chromium.launch(wholeOptions);
}

/** One with a profile in that folder; it ends with its context. */
export function launchProfile(folder: string, options: BrowserContextOptions): Promise<BrowserContext> {
	return chromium.launchPersistentContext(folder, { ...wholeOptions, ...options });
}
