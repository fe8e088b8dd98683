/* What of the outbox belongs to this thread, as rows; and what can be done with a refused one. */
import { computed, type ComputedRef } from "vue";
import { useConnection, type WrittenItem } from "../../stores/connection";
import { useDrafts } from "../../stores/drafts";
import type { Thread } from "../../stores/threads";
import type { PendingMessage } from "./rows";

export interface WrittenExtra {
	customer: string;
	fileNames: string[];
}

export function extraOf(item: WrittenItem): WrittenExtra {
	const { customer, fileNames } = (item.extra ?? {}) as Partial<WrittenExtra>;
	return {
		customer: typeof customer === "string" ? customer : item.lane,
		fileNames: Array.isArray(fileNames) ? fileNames.filter((name) => typeof name === "string") : [],
	};
}

export interface Pending {
	messages: ComputedRef<PendingMessage[]>;
	retry: (ref: string) => void;
	discard: (ref: string) => void;
	edit: (ref: string) => void;
	force: (ref: string) => void;
}

export function usePending(thread: Thread): Pending {
	const connection = useConnection();
	const drafts = useDrafts();

	const items = computed(() =>
		connection.outbox.filter((item) => item.frame.t === "send" && extraOf(item).customer === thread.customer),
	);
	const messages = computed(() => {
		const arrived = new Set<string>();
		for (const entry of thread.entries.slice(-200)) {
			if (entry.ref !== null) {
				arrived.add(entry.ref);
			}
		}
		return items.value.flatMap((item): PendingMessage[] => {
			const { frame } = item;
			if (frame.t !== "send" || arrived.has(frame.ref)) {
				return [];
			}
			return [
				{
					ref: frame.ref,
					kind: frame.kind,
					text: frame.text,
					fileNames: extraOf(item).fileNames,
					at: new Date(item.at).toISOString(),
					state: item.state === "failed" ? "failed" : "pending",
					code: item.code,
					reason: item.text,
				},
			];
		});
	});

	function discard(ref: string): void {
		connection.client?.outbox.discard(ref);
	}

	/* Back into the composer, in front of what stands there. */
	function edit(ref: string): void {
		const item = connection.client?.outbox.get(ref);
		if (item?.frame.t === "send") {
			const { kind, text } = item.frame;
			void drafts.prepend(thread.customer, kind, text);
			discard(ref);
		}
	}

	/* Refused because the customer wrote meanwhile: the writer has seen it now. */
	function force(ref: string): void {
		const item = connection.client?.outbox.get(ref);
		if (item?.frame.t === "send") {
			const { kind, text, files, conversation, customer } = item.frame;
			connection.send({
				kind,
				text,
				lane: item.lane,
				extra: item.extra,
				...(files === undefined ? {} : { files }),
				...(conversation === undefined ? {} : { conversation }),
				...(customer === undefined ? {} : { customer }),
			});
			discard(ref);
		}
	}

	return {
		messages,
		retry: (ref) => connection.client?.outbox.retry(ref),
		discard,
		edit,
		force,
	};
}
