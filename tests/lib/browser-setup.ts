/** Starts both browsers once and has them draw, so that what a slow disk takes to bring them and
 * their fonts is taken from no test's time. */
import { launchBrowser, launchWholeBrowser } from "./chromium.ts";

export default async function setup(): Promise<void> {
	for (const launch of [launchBrowser, launchWholeBrowser]) {
		const browser = await launch();
		const page = await browser.newPage();
		await page.setContent("您好 <b>Hello</b>");
		await page.screenshot({ timeout: 0 });
		await browser.close();
	}
}
