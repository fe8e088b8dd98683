/* The list that opens behind an @ in a note. */
import { computed, nextTick, ref, watch, type ComputedRef, type Ref } from "vue";
import type { Staff } from "../../shared/types";
import { useSession } from "../../stores/session";
import { useStaff } from "../../stores/staff";
import { namingAt, type Naming } from "./mentionText";

export interface Mentions {
	choices: ComputedRef<readonly Staff[]>;
	current: Ref<number>;
	/* After each key and click: where is the cursor now? */
	look: () => void;
	choose: (member: Staff) => void;
	/* True: the key was meant for the list. */
	keydown: (event: KeyboardEvent) => boolean;
	close: () => void;
}

const shown = 6;

export function useMentions(text: Ref<string>, box: Ref<HTMLTextAreaElement | null>, active: () => boolean): Mentions {
	const staff = useStaff();
	const session = useSession();
	const naming = ref<Naming | null>(null);
	const current = ref(0);

	const choices = computed<readonly Staff[]>(() => {
		if (naming.value === null) {
			return [];
		}
		const words = naming.value.words.toLocaleLowerCase();
		return staff.active
			.filter((member) => member.id !== session.me?.id)
			.filter((member) => `${member.name} ${member.login}`.toLocaleLowerCase().includes(words))
			.slice(0, shown);
	});
	watch(choices, () => {
		current.value = 0;
	});

	function look(): void {
		naming.value = active() && box.value !== null ? namingAt(text.value, box.value.selectionStart) : null;
	}

	function close(): void {
		naming.value = null;
	}

	function choose(member: Staff): void {
		const open = naming.value;
		if (open === null) {
			return;
		}
		const end = open.at + 1 + open.words.length;
		const before = `${text.value.slice(0, open.at)}@${member.name} `;
		text.value = before + text.value.slice(end);
		close();
		void nextTick(() => {
			box.value?.focus();
			box.value?.setSelectionRange(before.length, before.length);
		});
	}

	function keydown(event: KeyboardEvent): boolean {
		const count = choices.value.length;
		if (count === 0) {
			return false;
		}
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			current.value = (current.value + (event.key === "ArrowDown" ? 1 : count - 1)) % count;
		} else if (event.key === "Enter" || event.key === "Tab") {
			const member = choices.value[current.value];
			if (member !== undefined) {
				choose(member);
			}
		} else if (event.key === "Escape") {
			close();
		} else {
			return false;
		}
		event.preventDefault();
		return true;
	}

	return { choices, current, look, choose, keydown, close };
}
