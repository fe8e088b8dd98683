/** Waits for conditions, never for time. */

/** The machine may be busy with other suites, and its disk slow. */
export const patienceMs = 20_000;

export async function until<T>(
	what: string,
	check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
	timeoutMs = patienceMs,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const value = await check();
		if (value !== undefined && value !== false && value !== null) {
			return value;
		}
		if (Date.now() > deadline) {
			throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** Resolves after a turn of the loop and `ms`: only to show that nothing comes in that time. */
export function quiet(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
