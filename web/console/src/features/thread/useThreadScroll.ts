/* Scrolling of a virtual thread: it stays at the end while it is there, stays where it is when
 * older entries are put above, and counts what arrives below meanwhile. */
import type { Virtualizer } from "@tanstack/vue-virtual";
import { nextTick, onBeforeUnmount, ref, watch, type ComputedRef, type Ref } from "vue";
import type { Row } from "./rows";

const endSlack = 48;
const olderAt = 600;

interface Anchor {
	key: string;
	offset: number;
}

export interface ThreadScroll {
	pinned: Ref<boolean>;
	below: Ref<number>;
	toEnd: () => void;
	toRow: (key: string) => boolean;
	scrolled: () => void;
	arrived: (rows: readonly Row[]) => Promise<void>;
}

export function useThreadScroll(
	virtualizer: Ref<Virtualizer<HTMLElement, Element>>,
	scroller: Ref<HTMLElement | null>,
	total: ComputedRef<number>,
	nearTop: () => void,
): ThreadScroll {
	const pinned = ref(true);
	const below = ref(0);
	let shown: readonly Row[] = [];

	function toEnd(): void {
		pinned.value = true;
		below.value = 0;
		const box = scroller.value;
		if (box !== null) {
			box.scrollTop = box.scrollHeight;
		}
	}

	function toRow(key: string): boolean {
		const index = shown.findIndex((row) => row.key === key);
		if (index < 0) {
			return false;
		}
		pinned.value = false;
		virtualizer.value.scrollToIndex(index, { align: "center" });
		return true;
	}

	function scrolled(): void {
		const box = scroller.value;
		if (box === null) {
			return;
		}
		pinned.value = box.scrollHeight - box.scrollTop - box.clientHeight < endSlack;
		if (pinned.value) {
			below.value = 0;
		}
		if (box.scrollTop < olderAt) {
			nearTop();
		}
	}

	/* The first row in sight that keeps its key whatever is put above. */
	function anchorNow(): Anchor | null {
		const top = scroller.value?.scrollTop ?? 0;
		for (const item of virtualizer.value.getVirtualItems()) {
			const row = shown[item.index];
			const lasting = row !== undefined && row.type !== "day" && row.type !== "stop" && row.type !== "new";
			if (lasting && item.end > top && row.key !== "top") {
				return { key: row.key, offset: top - item.start };
			}
		}
		return null;
	}

	function countBelow(rows: readonly Row[]): void {
		const last = shown[shown.length - 1]?.key;
		const at = rows.findIndex((row) => row.key === last);
		if (last !== undefined && at >= 0) {
			below.value += rows.slice(at + 1).filter((row) => row.type === "message" || row.type === "note" || row.type === "call").length;
		}
	}

	/* Called when the rows changed, before the document does. */
	async function arrived(rows: readonly Row[]): Promise<void> {
		const stay = pinned.value;
		const anchor = stay ? null : anchorNow();
		if (!stay) {
			countBelow(rows);
		}
		const first = shown.length === 0;
		shown = rows;
		await nextTick();
		if (stay || first) {
			toEnd();
			return;
		}
		/* Rows that were just drawn have their true height now: count anew before reading. */
		virtualizer.value.getTotalSize();
		const index = anchor === null ? -1 : rows.findIndex((row) => row.key === anchor.key);
		const start = virtualizer.value.measurementsCache[index]?.start;
		if (anchor !== null && start !== undefined) {
			const target = start + anchor.offset;
			if (Math.abs((scroller.value?.scrollTop ?? 0) - target) > 1) {
				virtualizer.value.scrollToOffset(target);
			}
		}
	}

	/* Rows find their true height only when they are drawn: the end must stay the end. */
	watch(
		total,
		() => {
			if (pinned.value) {
				const box = scroller.value;
				if (box !== null) {
					box.scrollTop = box.scrollHeight;
				}
			}
		},
		{ flush: "post" },
	);

	/* A growing composer or a turned phone takes room at the end. */
	const resized = new ResizeObserver(() => {
		if (pinned.value) {
			toEnd();
		}
	});
	watch(scroller, (box, before) => {
		if (before) {
			resized.unobserve(before);
		}
		if (box) {
			resized.observe(box);
		}
	});
	onBeforeUnmount(() => resized.disconnect());

	return { pinned, below, toEnd, toRow, scrolled, arrived };
}
