import { afterEach, describe, expect, it, vi } from "vitest";
import { canRun, provideShortcuts, runShortcut, shortcutOf, type Pressed } from "../../src/features/shortcuts/registry";

function press(more: Partial<Pressed>): Pressed {
	return { key: "", code: "", altKey: false, ctrlKey: false, metaKey: false, isComposing: false, keyCode: 0, ...more };
}

describe("which key means what", () => {
	it("takes single letters outside of inputs only", () => {
		expect(shortcutOf(press({ key: "j" }), false)).toBe("next");
		expect(shortcutOf(press({ key: "j" }), true)).toBeNull();
		expect(shortcutOf(press({ key: "?" }), false)).toBe("help");
	});

	it("takes Alt and a letter inside too, whatever the layout makes of it", () => {
		expect(shortcutOf(press({ key: "∆", code: "KeyJ", altKey: true }), true)).toBe("next");
		expect(shortcutOf(press({ key: "e", code: "KeyE", altKey: true, ctrlKey: true }), true)).toBeNull();
	});

	it("opens the palette by Ctrl+K and ⌘K everywhere", () => {
		expect(shortcutOf(press({ key: "k", ctrlKey: true }), true)).toBe("palette");
		expect(shortcutOf(press({ key: "k", metaKey: true }), false)).toBe("palette");
		expect(shortcutOf(press({ key: "r", ctrlKey: true }), false)).toBeNull();
	});

	it("never acts on a key that the input method takes", () => {
		expect(shortcutOf(press({ key: "j", isComposing: true }), false)).toBeNull();
		expect(shortcutOf(press({ key: "Process", code: "KeyJ", altKey: true, keyCode: 229 }), false)).toBeNull();
	});
});

describe("who answers", () => {
	const releases: (() => void)[] = [];
	afterEach(() => releases.splice(0).forEach((release) => release()));

	it("is the newest that offers it, and the older again afterwards", () => {
		const older = vi.fn();
		const newer = vi.fn();
		releases.push(provideShortcuts({ reply: older }));
		const release = provideShortcuts({ reply: newer });
		expect(runShortcut("reply")).toBe(true);
		release();
		runShortcut("reply");
		expect([older.mock.calls.length, newer.mock.calls.length]).toEqual([1, 1]);
	});

	it("is nobody while it makes no sense", () => {
		let open = false;
		releases.push(provideShortcuts({ resolve: () => undefined }, () => open));
		expect(canRun("resolve")).toBe(false);
		expect(runShortcut("resolve")).toBe(false);
		open = true;
		expect(canRun("resolve")).toBe(true);
	});
});
