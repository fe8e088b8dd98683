/* JSON in localStorage, which may be full, forbidden or hold something old: then it forgets. */
import { recall, remember } from "@trunkline/ui/browser";

export function readJson(key: string): unknown {
	try {
		return JSON.parse(recall(key) ?? "null") as unknown;
	} catch {
		return null;
	}
}

export function writeJson(key: string, value: unknown): void {
	remember(key, JSON.stringify(value));
}
