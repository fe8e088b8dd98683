/* Walking through results by keys: J and K, or the arrows while the list or the field has the
 * focus. The focus goes along, Enter opens. */
import type { Ref } from "vue";

export interface HitWalk {
	step: (by: 1 | -1) => void;
	keydown: (event: KeyboardEvent) => void;
}

export function useHitWalk(list: Ref<HTMLElement | null>): HitWalk {
	function step(by: 1 | -1): void {
		const hits = [...(list.value?.querySelectorAll<HTMLElement>("a.hit") ?? [])];
		const focused = hits.indexOf(document.activeElement as HTMLElement);
		const active = hits.findIndex((hit) => hit.classList.contains("is-active"));
		const from = focused >= 0 ? focused : active;
		const to = from < 0 ? (by > 0 ? 0 : hits.length - 1) : Math.min(Math.max(from + by, 0), hits.length - 1);
		hits[to]?.focus();
		hits[to]?.scrollIntoView({ block: "nearest" });
	}

	function keydown(event: KeyboardEvent): void {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			step(event.key === "ArrowDown" ? 1 : -1);
		}
	}

	return { step, keydown };
}
