/* Several tabs of one person act as one: what one of them does, the others leave. Locks are the
 * browser's own and end with the tab that holds them, however it ends. Without them (a page that is
 * not served securely) each tab acts for itself. */

function locks(): LockManager | undefined {
	return typeof navigator === "undefined" ? undefined : navigator.locks;
}

/** Runs `act` unless another tab does the same now or did in the last `restMs`. */
export function once(name: string, restMs: number, act: () => void): void {
	const manager = locks();
	if (manager === undefined) {
		act();
		return;
	}
	void manager.request(name, { ifAvailable: true }, async (lock) => {
		if (lock !== null) {
			act();
			await new Promise((resolve) => setTimeout(resolve, restMs));
		}
	});
}

/** Says to all tabs that this one is at something, until the answer is called. */
export function beAt(name: string): () => void {
	let leave = (): void => undefined;
	const left = new Promise<void>((resolve) => (leave = resolve));
	void locks()?.request(name, { mode: "shared" }, () => left);
	return leave;
}

export async function isAnyoneAt(name: string): Promise<boolean> {
	const { held = [] } = (await locks()?.query()) ?? {};
	return held.some((lock) => lock.name === name);
}
