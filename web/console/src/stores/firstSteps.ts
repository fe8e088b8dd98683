/* How far a new installation is: read from what is there, so that it can be left and resumed on any
 * machine. Only that somebody wants to hear no more of it is kept, on this device. */
import { recall, remember } from "@trunkline/ui/browser";
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { checks, get } from "../app/api";
import type { Channel, Conversation } from "../shared/types";
import { useSession } from "./session";
import { useStaff } from "./staff";

const storageKey = "trunkline.firstSteps";

export const useFirstSteps = defineStore("firstSteps", () => {
	const session = useSession();
	const staff = useStaff();
	/* The first web chat, and the first conversation that came in on one. */
	const channel = ref<Channel | null>(null);
	const first = ref<Conversation | null>(null);
	const loaded = ref(false);
	const failed = ref(false);
	const skipped = ref(false);

	const colleagues = computed(() => staff.active.filter((member) => member.id !== session.me?.id));
	const finished = computed(() => channel.value !== null && first.value !== null && colleagues.value.length > 0);
	const pending = computed(() => session.isAdministrator && loaded.value && !skipped.value && !finished.value);

	function flag(): string {
		return `${storageKey}.${session.me?.id ?? ""}`;
	}

	async function findFirst(): Promise<void> {
		for (const state of ["", "resolved"]) {
			const page = await get("/conversations", checks.conversationPageCheck, { view: "all", state, channel_kind: "webchat", limit: 1 });
			first.value ??= page.items[0] ?? null;
		}
	}

	async function load(): Promise<void> {
		if (!session.isAdministrator) {
			return;
		}
		skipped.value = recall(flag()) === "skipped";
		failed.value = false;
		try {
			const { items } = await get("/channels", checks.channelListCheck);
			channel.value = items.find((one) => one.kind === "webchat" && one.enabled) ?? null;
			if (channel.value !== null && first.value === null) {
				await findFirst();
			}
			loaded.value = true;
		} catch {
			failed.value = true;
		}
	}

	/* A live conversation: the first message is seen arriving. */
	function consider(conversation: Conversation): void {
		if (first.value === null && conversation.channel_kind === "webchat") {
			first.value = conversation;
		}
	}

	function skip(): void {
		skipped.value = true;
		remember(flag(), "skipped");
	}

	function clear(): void {
		channel.value = null;
		first.value = null;
		loaded.value = false;
	}

	return { channel, first, colleagues, loaded, failed, finished, pending, load, consider, skip, clear };
});
