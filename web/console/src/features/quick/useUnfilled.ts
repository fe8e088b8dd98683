/* Keeps a message with open places from being sent by habit: Enter goes to the first of them. */
import { computed, type ComputedRef, type Ref } from "vue";
import { unfilled } from "./variables";

export interface Unfilled {
	count: ComputedRef<number>;
	/* Selects the next open place after the caret, or the first. */
	goThere: () => void;
	/* Runs it when nothing is open, else shows where something is. */
	guard: (send: () => unknown) => void;
}

export function useUnfilled(box: Ref<HTMLTextAreaElement | null>, text: Ref<string>, matters: () => boolean): Unfilled {
	const marks = computed(() => (matters() ? unfilled(text.value) : []));

	function goThere(): void {
		const area = box.value;
		const caret = area?.selectionEnd ?? 0;
		const next = marks.value.find(([from]) => from >= caret) ?? marks.value[0];
		if (area !== null && next !== undefined) {
			area.focus();
			area.setSelectionRange(next[0], next[1]);
		}
	}

	function guard(send: () => unknown): void {
		if (marks.value.length > 0) {
			goThere();
		} else {
			void send();
		}
	}

	return { count: computed(() => marks.value.length), goThere, guard };
}
