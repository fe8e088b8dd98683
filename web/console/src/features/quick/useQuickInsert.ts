/* The slash in the composer: what is being looked for, what was found, and putting the chosen
 * one where the slash stood. The text box keeps the focus; the list only shows. */
import { checks, post } from "../../app/api";
import type { QuickReply } from "@trunkline/protocol";
import { computed, nextTick, ref, watch, type ComputedRef, type Ref } from "vue";
import type { FileInfo } from "../../shared/types";
import { useQuickReplies } from "../../stores/quickReplies";
import { isComposing } from "../shortcuts/registry";
import type { Found } from "./search";
import { triggerAt, type Trigger } from "./trigger";
import { fill, unfilled, type Values } from "./variables";

export interface QuickInsert {
	open: ComputedRef<boolean>;
	found: ComputedRef<readonly Found[]>;
	active: Ref<number>;
	query: ComputedRef<string>;
	/* The caret or the text has moved. */
	look: () => void;
	close: () => void;
	keydown: (event: KeyboardEvent) => boolean;
	choose: (reply: QuickReply) => Promise<void>;
	/* For a button: writes the slash. */
	begin: () => void;
}

export interface QuickTarget {
	box: Ref<HTMLTextAreaElement | null>;
	text: Ref<string>;
	values: () => Values;
	inserted: (reply: QuickReply) => void;
	files: (files: readonly FileInfo[]) => void;
	filesFailed: () => void;
}

const maxShown = 50;

/* By the browser's own editing, so that its undo knows of it. */
function replace(box: HTMLTextAreaElement, from: number, to: number, text: string): void {
	box.focus();
	box.setSelectionRange(from, to);
	if (text !== "" && document.execCommand("insertText", false, text)) {
		return;
	}
	box.setRangeText(text, from, to, "end");
	box.dispatchEvent(new Event("input", { bubbles: true }));
}

export function useQuickInsert(target: QuickTarget): QuickInsert {
	const store = useQuickReplies();
	const trigger = ref<Trigger | null>(null);
	/* Esc on this slash: it stays a slash. */
	const dismissed = ref(-1);
	const active = ref(0);

	const query = computed(() => trigger.value?.query ?? "");
	const found = computed(() => (trigger.value === null ? [] : store.search(query.value).slice(0, maxShown)));
	/* In the middle of a text a slash is often just that: without a find nothing is shown. */
	const open = computed(
		() => trigger.value !== null && trigger.value.start !== dismissed.value && (found.value.length > 0 || trigger.value.start === 0),
	);

	watch(query, () => {
		active.value = 0;
	});
	watch(
		() => found.value.length,
		(count) => {
			active.value = Math.max(0, Math.min(active.value, count - 1));
		},
	);

	function look(): void {
		const box = target.box.value;
		const collapsed = box !== null && box.selectionStart === box.selectionEnd;
		trigger.value = box !== null && collapsed && document.activeElement === box ? triggerAt(target.text.value, box.selectionStart) : null;
		if (trigger.value === null) {
			dismissed.value = -1;
		} else {
			store.need();
		}
	}

	function close(): void {
		trigger.value = null;
	}

	async function takeFiles(reply: QuickReply): Promise<void> {
		try {
			target.files((await post(`/quick-replies/${reply.id}/files`, checks.fileListCheck)).items);
		} catch {
			target.filesFailed();
		}
	}

	async function choose(reply: QuickReply): Promise<void> {
		const box = target.box.value;
		const at = trigger.value;
		if (box === null || at === null) {
			return;
		}
		const text = fill(reply.body, target.values());
		trigger.value = null;
		replace(box, at.start, box.selectionEnd, text);
		target.inserted(reply);
		await nextTick();
		const open = unfilled(text)[0];
		if (open !== undefined) {
			box.setSelectionRange(at.start + open[0], at.start + open[1]);
		}
		if (reply.files.length > 0) {
			await takeFiles(reply);
		}
	}

	function move(step: number): void {
		const count = found.value.length;
		active.value = count === 0 ? 0 : (active.value + step + count) % count;
	}

	/* True: the key was for the list. */
	function keydown(event: KeyboardEvent): boolean {
		if (!open.value || isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) {
			return false;
		}
		const chosen = found.value[active.value];
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			move(event.key === "ArrowDown" ? 1 : -1);
		} else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && chosen !== undefined) {
			void choose(chosen.reply);
		} else if (event.key === "Escape") {
			dismissed.value = trigger.value?.start ?? -1;
		} else {
			return false;
		}
		event.preventDefault();
		event.stopPropagation();
		return true;
	}

	function begin(): void {
		const box = target.box.value;
		if (box === null) {
			return;
		}
		const before = target.text.value.slice(0, box.selectionStart);
		dismissed.value = -1;
		if (triggerAt(target.text.value, box.selectionStart) === null) {
			replace(box, box.selectionStart, box.selectionEnd, /[\p{Script=Latin}\p{N}:.<]$/u.test(before) ? " /" : "/");
		}
		box.focus();
		void nextTick(look);
	}

	return { open, found, active, query, look, close, keydown, choose, begin };
}
