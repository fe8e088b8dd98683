/** Time and chance, given from outside so that tests own them. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Runs once after so many milliseconds; the answer calls it off. */
	after(ms: number, run: () => void): () => void;
	/** From 0 up to, not including, 1. */
	random(): number;
}
