/* Where a quick reply is being looked for: after a slash that begins a word. Chinese keyboards
 * write it ／, and at the start of a line also 、. */
export interface Trigger {
	/* Of the slash. */
	readonly start: number;
	readonly query: string;
}

const pattern = /([/／、])([^\s/／、]{0,30})$/u;

export function triggerAt(text: string, caret: number): Trigger | null {
	const found = pattern.exec(text.slice(0, caret));
	if (found === null) {
		return null;
	}
	const before = text.charAt(found.index - 1);
	const starts = before === "" || before === "\n";
	if (found[1] === "、" ? !starts : /[\p{Script=Latin}\p{N}:.<]/u.test(before)) {
		return null;
	}
	return { start: found.index, query: (found[2] ?? "").normalize("NFKC").toLowerCase() };
}
