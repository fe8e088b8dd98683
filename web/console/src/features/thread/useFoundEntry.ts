/* An entry that somebody looked for: older pages are read until it is there, then the thread stands
 * at it and it is marked. */
import { nextTick, ref, watch, type Ref, type ShallowRef } from "vue";
import { callOf, type Row } from "./rows";
import type { Thread } from "../../stores/threads";
import type { ThreadScroll } from "./useThreadScroll";

const settleMs = 120;

/* Where it is shown: an outcome belongs to the card of its call. */
function keyOf(thread: Thread, rows: readonly Row[], id: string): string | null {
	const entry = thread.entries.find((one) => one.id === id);
	if (entry === undefined) {
		return null;
	}
	const call = callOf(entry)?.id ?? (entry.kind === "call_outcome" ? entry.body?.call : undefined);
	const keys = [entry.id, ...(call === undefined ? [] : [`call-${call}`])];
	return rows.find((row) => keys.includes(row.key) || ("entry" in row && row.entry.id === id))?.key ?? null;
}

export function useFoundEntry(thread: Thread, found: () => string | null, rows: ShallowRef<readonly Row[]>, scroll: ThreadScroll, older: () => void): Ref<string | null> {
	const key = ref<string | null>(null);
	let shown: string | null = null;

	async function stand(at: string): Promise<void> {
		/* Rows find their true height when they are drawn: once more when they did. */
		await nextTick();
		scroll.toRow(at);
		await new Promise((resolve) => setTimeout(resolve, settleMs));
		if (key.value === at) {
			scroll.toRow(at);
		}
	}

	watch(
		[found, () => thread.loaded, () => thread.loading, rows],
		([wanted]) => {
			if (wanted === null || wanted === shown) {
				key.value = wanted === null ? null : key.value;
				shown = wanted === null ? null : shown;
				return;
			}
			if (!thread.loaded || thread.loading) {
				return;
			}
			const at = keyOf(thread, rows.value, wanted);
			if (at !== null) {
				shown = wanted;
				key.value = at;
				void stand(at);
			} else if (thread.next !== null && !thread.failed) {
				older();
			}
		},
		{ immediate: true, flush: "post" },
	);

	return key;
}
