/* Moves several conversations to one colleague, and back again. */
import { ref, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { useConnection } from "../../stores/connection";
import { useConversations } from "../../stores/conversations";
import { useStaff } from "../../stores/staff";
import { useToasts } from "../../stores/toasts";

export interface Moved {
	readonly id: string;
	readonly assignee: string | null;
}

export interface Reassign {
	busy: Ref<boolean>;
	/* The answer is how many went. */
	move: (conversations: readonly Moved[], to: string | null, note: string) => Promise<number>;
}

const atOnce = 4;

export function useReassign(): Reassign {
	const { t } = useI18n();
	const connection = useConnection();
	const conversations = useConversations();
	const staff = useStaff();
	const toasts = useToasts();
	const busy = ref(false);

	async function one(id: string, to: string | null, note: string): Promise<boolean> {
		try {
			const now = await (to === null
				? connection.act(id, "release", undefined, undefined, note)
				: connection.act(id, "assign", undefined, to, note));
			conversations.apply(now);
			return true;
		} catch {
			return false;
		}
	}

	async function all<Item>(items: readonly Item[], work: (item: Item) => Promise<boolean>): Promise<Item[]> {
		const done: Item[] = [];
		const left = [...items];
		async function lane(): Promise<void> {
			for (let item = left.shift(); item !== undefined; item = left.shift()) {
				if (await work(item)) {
					done.push(item);
				}
			}
		}
		await Promise.all(Array.from({ length: atOnce }, lane));
		return done;
	}

	async function takeBack(moved: readonly Moved[]): Promise<void> {
		const back = await all(moved, ({ id, assignee }) => one(id, assignee, ""));
		toasts.show(t("live.movedBack", { count: back.length }, back.length));
	}

	async function move(wanted: readonly Moved[], to: string | null, note: string): Promise<number> {
		busy.value = true;
		const done = await all(wanted, ({ id }) => one(id, to, note)).finally(() => {
			busy.value = false;
		});
		const lost = wanted.length - done.length;
		if (done.length > 0) {
			const words = { count: done.length, name: to === null ? t("inbox.unassigned") : staff.nameOf(to) };
			toasts.show(t("live.moved", words, done.length), "plain", () => void takeBack(done));
		}
		if (lost > 0) {
			toasts.show(t("live.notMoved", { count: lost }, lost), "danger");
		}
		return done.length;
	}

	return { busy, move };
}
