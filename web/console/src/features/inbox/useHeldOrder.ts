/* A list must not move under the pointer: while it is held, the order stays as it was and what
 * would have come on top is only counted. */
import { computed, ref, watch, type ComputedRef, type Ref } from "vue";

export interface HeldOrder {
	ids: ComputedRef<readonly string[]>;
	arrived: ComputedRef<number>;
	hold: () => void;
	release: () => void;
}

export function useHeldOrder(live: Ref<readonly string[]>): HeldOrder {
	const frozen = ref<readonly string[] | null>(null);
	const known = computed(() => new Set(frozen.value ?? []));

	/* What left the list goes at once: a row that cannot be acted on must not stay. Pages that
	 * were loaded below are added below. */
	const ids = computed(() => {
		if (frozen.value === null) {
			return live.value;
		}
		const present = new Set(live.value);
		const kept = frozen.value.filter((id) => present.has(id));
		const lastKnown = Math.max(-1, ...kept.slice(-1).map((id) => live.value.indexOf(id)));
		const below = live.value.slice(lastKnown + 1).filter((id) => !known.value.has(id));
		return below.length === 0 ? kept : [...kept, ...below];
	});

	const arrived = computed(() => {
		const top = ids.value[0];
		if (frozen.value === null || top === undefined) {
			return 0;
		}
		const at = live.value.indexOf(top);
		return Math.max(0, at);
	});

	function hold(): void {
		frozen.value ??= live.value;
	}

	function release(): void {
		frozen.value = null;
	}

	/* An emptied or replaced list starts anew. */
	watch(live, (next) => {
		if (frozen.value !== null && (next.length === 0 || frozen.value.length === 0)) {
			frozen.value = next;
		}
	});

	return { ids, arrived, hold, release };
}
