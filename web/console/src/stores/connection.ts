/* The live line: one socket with its outbox. What frames mean is decided in app/useLive.ts. */
import { ConsoleClient, NackError, type ConnectionState, type OutboxItem } from "@trunkline/client";
import type { ConsoleOutboxFrame, Written } from "@trunkline/client";
import { checks, type Check, type ChosenState } from "@trunkline/protocol";
import { browserClock, localOutbox, openWebSocket, randomBytes, socketUrl } from "@trunkline/ui/browser";
import * as v from "valibot";
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";
import type { Action, Conversation, View } from "../shared/types";
import { useSession } from "./session";
import { useStaff } from "./staff";

export type Notice = "none" | "offline" | "reconnecting" | "replaced" | "resumed";
export type WrittenItem = OutboxItem<ConsoleOutboxFrame>;

const outboxFrameCheck: Check<ConsoleOutboxFrame> = v.union([checks.consoleSendFrameCheck, checks.actFrameCheck]);
const alwaysFollowed: readonly View[] = ["mine", "unassigned"];
const presenceKey = "trunkline.presence";
const resumedShownMs = 3000;
/* A short hiccup is not worth a word. */
const patienceMs = 1200;

export interface Chosen {
	readonly state: ChosenState;
	readonly reason: string;
}

const states: readonly ChosenState[] = ["online", "away", "wrapup"];

/* Away stays away when the page is loaded again, and ends with the tab. */
function keptPresence(): Chosen {
	try {
		const [state, reason = ""] = (sessionStorage.getItem(presenceKey) ?? "").split(":");
		return { state: states.find((one) => one === state) ?? "online", reason };
	} catch {
		return { state: "online", reason: "" };
	}
}

function keepPresence({ state, reason }: Chosen): void {
	try {
		sessionStorage.setItem(presenceKey, `${state}:${reason}`);
	} catch {
		/* Storage is forbidden: it lasts as long as the page. */
	}
}

export const useConnection = defineStore("connection", () => {
	const session = useSession();
	const staff = useStaff();
	const client = shallowRef<ConsoleClient | null>(null);
	const state = ref<ConnectionState>("stopped");
	const notice = ref<Notice>("none");
	const outbox = shallowRef<readonly WrittenItem[]>([]);
	const chosen = ref<Chosen>(keptPresence());
	const presence = computed(() => chosen.value.state);
	const followed = new Set<View>();
	let wasOnline = false;
	let noticeTimer: ReturnType<typeof setTimeout> | undefined;

	const waiting = computed(() => outbox.value.filter((item) => item.state === "waiting" && item.frame.t === "send").length);
	const online = computed(() => state.value === "online");

	function show(next: Notice): void {
		clearTimeout(noticeTimer);
		noticeTimer = undefined;
		notice.value = next;
	}

	function lost(): Notice {
		return navigator.onLine ? "reconnecting" : "offline";
	}

	function cameBack(): void {
		const told = wasOnline && (notice.value === "offline" || notice.value === "reconnecting");
		wasOnline = true;
		show(told ? "resumed" : "none");
		if (told) {
			noticeTimer = setTimeout(() => show("none"), resumedShownMs);
		}
	}

	function changed(next: ConnectionState): void {
		state.value = next;
		if (next === "online") {
			cameBack();
		} else if (next === "waiting" && (notice.value === "offline" || notice.value === "reconnecting")) {
			show(lost());
		} else if (next === "waiting" && (noticeTimer === undefined || notice.value === "resumed")) {
			clearTimeout(noticeTimer);
			noticeTimer = setTimeout(() => show(lost()), patienceMs);
		}
	}

	function start(staff: string): ConsoleClient {
		stop();
		const made = new ConsoleClient({
			url: socketUrl("/ws/console"),
			open: openWebSocket,
			clock: browserClock,
			random: randomBytes,
			store: localOutbox(`trunkline.outbox.${staff}.`, outboxFrameCheck),
			csrf: () => session.csrf ?? "",
		});
		made.on("state", changed);
		made.on("outbox", () => {
			outbox.value = made.outbox.items;
		});
		made.on("bye", (frame) => {
			if (frame.code === "replaced") {
				show("replaced");
			}
		});
		outbox.value = made.outbox.items;
		client.value = made;
		followed.clear();
		alwaysFollowed.forEach((view) => followed.add(view));
		made.views([...followed]);
		made.presence(chosen.value.state, chosen.value.reason);
		made.start();
		window.addEventListener("online", wake);
		window.addEventListener("offline", wentOffline);
		document.addEventListener("visibilitychange", wake);
		return made;
	}

	function stop(): void {
		client.value?.stop();
		client.value = null;
		outbox.value = [];
		wasOnline = false;
		show("none");
		window.removeEventListener("online", wake);
		window.removeEventListener("offline", wentOffline);
		document.removeEventListener("visibilitychange", wake);
	}

	function wake(): void {
		if (document.visibilityState === "visible") {
			client.value?.wake();
		}
	}

	function wentOffline(): void {
		show("offline");
		client.value?.wake();
	}

	function retryNow(): void {
		client.value?.wake();
	}

	/* The answer is what it is called in the outbox. */
	function send(written: Written): string {
		return client.value?.send(written) ?? "";
	}

	/* Whether what was sent so is in the history: the outbox has it no more. False: it was refused, or
	 * the line is gone. */
	async function taken(reference: string): Promise<boolean> {
		const item = (): WrittenItem | undefined => outbox.value.find((one) => one.frame.ref === reference);
		const pending = (): boolean => item()?.state === "waiting" || item()?.state === "sent";
		if (pending() && online.value) {
			await new Promise<void>((resolve) => {
				const stop = watch([outbox, online], () => {
					if (!pending() || !online.value) {
						stop();
						resolve();
					}
				});
			});
		}
		return !pending() && item()?.state !== "failed";
	}

	async function act(
		conversation: string,
		action: Action,
		version: number | undefined,
		assignee: string | undefined,
		note?: string,
	): Promise<Conversation> {
		if (client.value === null || !online.value) {
			throw new NackError("offline", "");
		}
		const ack = await client.value.act(conversation, action, {
			...(version === undefined ? {} : { version }),
			...(assignee === undefined ? {} : { assignee }),
			...(note === undefined || note === "" ? {} : { note }),
		});
		if (ack.conversation === undefined || ack.conversation === null) {
			throw new NackError("invalid", "");
		}
		return ack.conversation;
	}

	function setPresence(state: ChosenState, reason = ""): void {
		adopt({ state, reason });
		client.value?.presence(state, reason);
	}

	/* Chosen in another window of mine: this one says the same when it connects again. */
	function adopt(next: Chosen): void {
		chosen.value = next;
		keepPresence(next);
	}

	/* A list that was opened once stays followed, so that it is true when it is shown again. Mine
	 * and Unassigned are always: what arrives there asks for attention. */
	function followView(view: View): void {
		if (!followed.has(view)) {
			followed.add(view);
			client.value?.views([...followed]);
		}
	}

	function showRows(customers: readonly string[]): void {
		client.value?.rows(customers);
		staff.keepViewers("rows", customers);
	}

	return {
		client,
		state,
		online,
		notice,
		outbox,
		waiting,
		presence,
		chosen,
		adopt,
		start,
		stop,
		retryNow,
		send,
		taken,
		act,
		setPresence,
		followView,
		showRows,
	};
});
