/* What the keys do. The page in front names its actions, the newest wins; useShortcuts listens. */
export type ShortcutName =
	| "next"
	| "previous"
	| "reply"
	| "note"
	| "assign"
	| "take"
	| "resolve"
	| "undo"
	| "search"
	| "panel"
	| "help"
	| "palette"
	| "call"
	| "back";

export type ShortcutActions = Partial<Record<ShortcutName, () => void>>;

/* Which of the actions make sense now; the others are not offered. */
type Available = (name: ShortcutName) => boolean;

const stack: { actions: ShortcutActions; available: Available }[] = [];

/* Offers actions until the returned function is called. */
export function provideShortcuts(actions: ShortcutActions, available: Available = () => true): () => void {
	const offer = { actions, available };
	stack.push(offer);
	return () => {
		const at = stack.indexOf(offer);
		if (at >= 0) {
			stack.splice(at, 1);
		}
	};
}

export function canRun(name: ShortcutName): boolean {
	return stack.some(({ actions, available }) => actions[name] !== undefined && available(name));
}

export function runShortcut(name: ShortcutName): boolean {
	for (let at = stack.length - 1; at >= 0; at--) {
		const offer = stack[at];
		const action = offer?.actions[name];
		if (offer !== undefined && action !== undefined && offer.available(name)) {
			action();
			return true;
		}
	}
	return false;
}

const byLetter: Record<string, ShortcutName> = {
	j: "next",
	k: "previous",
	r: "reply",
	n: "note",
	a: "assign",
	t: "take",
	e: "resolve",
	z: "undo",
	p: "panel",
	o: "call",
	"/": "search",
	"?": "help",
};

export interface Pressed {
	key: string;
	code: string;
	altKey: boolean;
	ctrlKey: boolean;
	metaKey: boolean;
	isComposing: boolean;
	keyCode: number;
}

/* Keys that an input method takes are never ours: a pinyin candidate must not act. */
export function isComposing(event: Pick<Pressed, "isComposing" | "keyCode">): boolean {
	return event.isComposing || event.keyCode === 229;
}

/* Which action a key press means: letters alone outside of inputs, with Alt inside too. */
export function shortcutOf(event: Pressed, typing: boolean): ShortcutName | null {
	if (isComposing(event)) {
		return null;
	}
	if ((event.ctrlKey || event.metaKey) && !event.altKey) {
		return event.key.toLowerCase() === "k" ? "palette" : null;
	}
	if (event.altKey && !event.ctrlKey && !event.metaKey) {
		const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
		return letter === undefined ? null : (byLetter[letter] ?? null);
	}
	if (event.key === "Escape") {
		return "back";
	}
	return typing || event.ctrlKey || event.metaKey ? null : (byLetter[event.key.toLowerCase()] ?? null);
}

export interface ShortcutLine {
	name: string;
	keys: readonly string[];
}

/* For the help: what stands in which group, in reading order. */
export const shortcutGroups: readonly { name: string; lines: readonly ShortcutLine[] }[] = [
	{
		name: "move",
		lines: [
			{ name: "next", keys: ["J"] },
			{ name: "previous", keys: ["K"] },
			{ name: "search", keys: ["/"] },
			{ name: "palette", keys: ["Ctrl", "K"] },
			{ name: "panel", keys: ["P"] },
			{ name: "call", keys: ["Alt", "O"] },
		],
	},
	{
		name: "work",
		lines: [
			{ name: "take", keys: ["T"] },
			{ name: "assign", keys: ["A"] },
			{ name: "resolve", keys: ["E"] },
			{ name: "undo", keys: ["Z"] },
		],
	},
	{
		name: "write",
		lines: [
			{ name: "reply", keys: ["R"] },
			{ name: "note", keys: ["N"] },
			{ name: "send", keys: ["Ctrl", "Enter"] },
			{ name: "sendResolve", keys: ["Ctrl", "Shift", "Enter"] },
			{ name: "leave", keys: ["Esc"] },
		],
	},
];
