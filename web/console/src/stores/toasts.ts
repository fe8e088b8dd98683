/* Short messages at the lower edge. One with an undo stays 6 s, and as long as it is hovered. */
import { defineStore } from "pinia";
import { ref } from "vue";

export interface Toast {
	id: number;
	text: string;
	tone: "plain" | "danger";
	undo: (() => void) | null;
}

const shownMs = 6000;
const maxToasts = 3;

export const useToasts = defineStore("toasts", () => {
	const items = ref<Toast[]>([]);
	const timers = new Map<number, ReturnType<typeof setTimeout>>();
	let nextId = 1;

	function dismiss(id: number): void {
		clearTimeout(timers.get(id));
		timers.delete(id);
		items.value = items.value.filter((toast) => toast.id !== id);
	}

	function release(id: number): void {
		clearTimeout(timers.get(id));
		timers.set(id, setTimeout(() => dismiss(id), shownMs));
	}

	function hold(id: number): void {
		clearTimeout(timers.get(id));
	}

	function show(text: string, tone: Toast["tone"] = "plain", undo: Toast["undo"] = null): void {
		const id = nextId++;
		items.value = [...items.value, { id, text, tone, undo }].slice(-maxToasts);
		release(id);
	}

	/* Takes back the newest thing that can be taken back; false when there is none. */
	function undoNewest(): boolean {
		const toast = [...items.value].reverse().find((item) => item.undo !== null);
		if (toast === undefined) {
			return false;
		}
		dismiss(toast.id);
		toast.undo?.();
		return true;
	}

	return { items, show, dismiss, hold, release, undoNewest };
});
