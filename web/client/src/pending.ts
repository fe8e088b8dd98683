/** Promises that wait for the frame that carries their ref or id. */
interface Waiting<T> {
	resolve(value: T): void;
	reject(error: Error): void;
}

export class Pending<T> {
	readonly #waiting = new Map<string, Waiting<T>>();

	wait(key: string): Promise<T> {
		return new Promise((resolve, reject) => this.#waiting.set(key, { resolve, reject }));
	}

	resolve(key: string, value: T): boolean {
		const waiting = this.#waiting.get(key);
		this.#waiting.delete(key);
		waiting?.resolve(value);
		return waiting !== undefined;
	}

	reject(key: string, error: Error): boolean {
		const waiting = this.#waiting.get(key);
		this.#waiting.delete(key);
		waiting?.reject(error);
		return waiting !== undefined;
	}

	rejectAll(error: Error): void {
		[...this.#waiting.keys()].forEach((key) => this.reject(key, error));
	}
}
