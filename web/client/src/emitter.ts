/** Who wants to know what happened. A listener that throws does not silence the others. */
export class Emitter<Events extends object> {
	readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

	/** The answer ends the subscription. */
	on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
		let listeners = this.#listeners.get(name);
		if (!listeners) {
			listeners = new Set();
			this.#listeners.set(name, listeners);
		}
		listeners.add(listener);
		return () => listeners.delete(listener);
	}

	emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
		let failure: unknown;
		for (const listener of [...(this.#listeners.get(name) ?? [])]) {
			try {
				(listener as (event: Events[Name]) => void)(event);
			} catch (error) {
				failure ??= error;
			}
		}
		if (failure !== undefined) {
			throw failure;
		}
	}
}
