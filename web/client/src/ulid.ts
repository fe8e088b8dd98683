/** Refs of what a client sends: 48 bits of time and 80 of chance, in Crockford's base 32, so
 * that the server's table of duplicates grows at its end. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_BYTES = 10;

/** Fills the array with unpredictable bytes: crypto.getRandomValues. */
export type RandomBytes = (into: Uint8Array<ArrayBuffer>) => void;

function encodeTime(ms: number): string {
	let rest = ms;
	let text = "";
	for (let i = 0; i < 10; i++) {
		text = DIGITS.charAt(rest % 32) + text;
		rest = Math.floor(rest / 32);
	}
	return text;
}

function encodeBytes(bytes: Uint8Array): string {
	let text = "";
	let bits = 0;
	let held = 0;
	for (const byte of bytes) {
		held = (held << 8) | byte;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			text += DIGITS.charAt((held >> bits) & 31);
		}
		held &= (1 << bits) - 1;
	}
	return text;
}

export function ulid(now: number, random: RandomBytes): string {
	const bytes = new Uint8Array(RANDOM_BYTES);
	random(bytes);
	return encodeTime(now) + encodeBytes(bytes);
}
