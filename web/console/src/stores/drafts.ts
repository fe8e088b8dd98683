/* What was typed and not sent, per customer and kind, in localStorage. The oldest go first. */
import { defineStore } from "pinia";
import { nextTick, ref, shallowReactive } from "vue";
import { readJson, writeJson } from "../shared/storage";

interface Draft {
	text: string;
	at: number;
}

const storageKey = "trunkline.drafts";
const maxDrafts = 200;
const maxText = 20_000;

function parse(value: unknown): Map<string, Draft> {
	const drafts = new Map<string, Draft>();
	if (typeof value !== "object" || value === null) {
		return drafts;
	}
	for (const [key, draft] of Object.entries(value as Record<string, unknown>)) {
		const { text, at } = (draft ?? {}) as Partial<Draft>;
		if (typeof text === "string" && typeof at === "number") {
			drafts.set(key, { text, at });
		}
	}
	return drafts;
}

export const useDrafts = defineStore("drafts", () => {
	/* The customer whose draft was changed from outside of the composer last. */
	const changed = ref("");
	let owner = "";
	const drafts = shallowReactive(new Map<string, Draft>());

	/* Drafts belong to a person: on a shared machine nobody sees another's. */
	function open(staff: string): void {
		owner = staff;
		drafts.clear();
		parse(readJson(`${storageKey}.${owner}`)).forEach((draft, key) => drafts.set(key, draft));
	}

	function read(customer: string, kind: string): string {
		return drafts.get(`${customer}/${kind}`)?.text ?? "";
	}

	function write(customer: string, kind: string, text: string): void {
		const key = `${customer}/${kind}`;
		drafts.delete(key);
		if (text.trim() !== "") {
			drafts.set(key, { text: text.slice(0, maxText), at: Date.now() });
		}
		for (const oldest of drafts.keys()) {
			if (drafts.size <= maxDrafts) {
				break;
			}
			drafts.delete(oldest);
		}
		writeJson(`${storageKey}.${owner}`, Object.fromEntries(drafts));
	}

	/* Puts a text in front of what stands in the composer. */
	async function prepend(customer: string, kind: string, text: string): Promise<void> {
		const rest = read(customer, kind);
		write(customer, kind, rest === "" ? text : `${text}\n${rest}`);
		changed.value = "";
		await nextTick();
		changed.value = customer;
	}

	/* Her history is read under another customer now, and so is what was not sent yet. */
	function move(from: string, to: string): void {
		write(from, "mailHead", "");
		for (const kind of ["message", "note", "mail"]) {
			const text = read(from, kind);
			if (text !== "") {
				write(from, kind, "");
				write(to, kind, [text, read(to, kind)].filter((part) => part !== "").join("\n"));
			}
		}
	}

	function has(customer: string): boolean {
		return ["message", "note", "mail"].some((kind) => drafts.has(`${customer}/${kind}`));
	}

	return { changed, open, read, write, prepend, move, has };
});
