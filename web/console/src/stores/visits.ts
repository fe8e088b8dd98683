/* Visits that were noted and are on their way. They survive reload and network loss in
 * localStorage; each has a ref, so that sending again never makes a second entry. */
import { ulid } from "@trunkline/client";
import { checks } from "@trunkline/protocol";
import { randomBytes } from "@trunkline/ui/browser";
import { defineStore } from "pinia";
import * as v from "valibot";
import { ref } from "vue";
import { post } from "../app/api";
import { refusalOf } from "../app/refusal";
import { readJson, writeJson } from "../shared/storage";

const storageKey = "trunkline.visits";
const maxPlaces = 8;
const retryMs = 15_000;

const draftCheck = v.object({
	ref: v.string(),
	customer: v.nullable(v.object({ id: v.string(), name: v.string() })),
	place: v.string(),
	topic: v.string(),
	nextStep: v.string(),
	nextOn: v.string(),
	/* As the control has it, local time; empty: when it is saved. */
	at: v.string(),
	files: v.array(checks.fileCheck),
});
const queuedCheck = v.object({
	visit: draftCheck,
	at: v.string(),
	state: v.picklist(["waiting", "refused"]),
	reason: v.string(),
});
const keptCheck = v.object({
	draft: draftCheck,
	queue: v.array(queuedCheck),
	places: v.array(v.string()),
});

export type VisitDraft = v.InferOutput<typeof draftCheck>;
export type QueuedVisit = v.InferOutput<typeof queuedCheck>;
export interface SentVisit {
	ref: string;
	customer: string;
	name: string;
}

export function emptyVisit(place = ""): VisitDraft {
	return { ref: ulid(Date.now(), randomBytes), customer: null, place, topic: "", nextStep: "", nextOn: "", at: "", files: [] };
}

function bodyOf({ visit, at }: QueuedVisit): Record<string, unknown> {
	return {
		ref: visit.ref,
		customer: visit.customer?.id ?? "",
		place: visit.place,
		topic: visit.topic,
		next_step: visit.nextStep,
		next_on: visit.nextStep.trim() === "" ? "" : visit.nextOn,
		at,
		files: visit.files.map((file) => file.id),
	};
}

/* Worth another try: the server was not reached, or it was and could not take anything now. */
function isPassing(code: string): boolean {
	return ["offline", "broken", "unavailable", "busy", "unauthenticated"].includes(code);
}

export const useVisits = defineStore("visits", () => {
	const draft = ref<VisitDraft>(emptyVisit());
	const queue = ref<QueuedVisit[]>([]);
	const places = ref<string[]>([]);
	const sent = ref<SentVisit | null>(null);
	let owner = "";
	let sending = false;
	let timer: ReturnType<typeof setInterval> | undefined;

	function keep(): void {
		if (owner !== "") {
			writeJson(`${storageKey}.${owner}`, { draft: draft.value, queue: queue.value, places: places.value });
		}
	}

	function put(item: QueuedVisit): void {
		queue.value = queue.value.map((one) => (one.visit.ref === item.visit.ref ? item : one));
		keep();
	}

	function drop(visitRef: string): void {
		queue.value = queue.value.filter((one) => one.visit.ref !== visitRef);
		keep();
	}

	/* True when it is settled, one way or the other. */
	async function sendOne(item: QueuedVisit): Promise<boolean> {
		try {
			const answer = await post("/entries/counter", checks.entryAnswerCheck, bodyOf(item));
			drop(item.visit.ref);
			sent.value = { ref: item.visit.ref, customer: answer.customer, name: item.visit.customer?.name ?? "" };
			return true;
		} catch (error) {
			const { code, text } = refusalOf(error);
			if (isPassing(code)) {
				return false;
			}
			put({ ...item, state: "refused", reason: text });
			return true;
		}
	}

	async function flush(): Promise<void> {
		if (sending || owner === "") {
			return;
		}
		const asked = owner;
		sending = true;
		try {
			for (let item = queue.value.find((one) => one.state === "waiting"); item !== undefined; ) {
				if (!(await sendOne(item)) || owner !== asked) {
					break;
				}
				item = queue.value.find((one) => one.state === "waiting");
			}
		} finally {
			sending = false;
		}
	}

	async function save(): Promise<void> {
		const visit = draft.value;
		const at = visit.at === "" ? new Date() : new Date(visit.at);
		sent.value = null;
		queue.value = [...queue.value, { visit, at: at.toISOString(), state: "waiting", reason: "" }];
		if (visit.place !== "") {
			places.value = [visit.place, ...places.value.filter((place) => place !== visit.place)].slice(0, maxPlaces);
		}
		draft.value = emptyVisit(visit.place);
		keep();
		await flush();
	}

	/* A refused one goes back into the form, under a new ref. */
	function edit(visitRef: string): void {
		const item = queue.value.find((one) => one.visit.ref === visitRef);
		if (item !== undefined) {
			draft.value = { ...item.visit, ref: emptyVisit().ref };
			drop(visitRef);
		}
	}

	function change(values: Partial<VisitDraft>): void {
		draft.value = { ...draft.value, ...values };
		keep();
	}

	/* Visits belong to a person: on a shared phone nobody sees another's. */
	function open(staff: string): void {
		owner = staff;
		const kept = v.safeParse(keptCheck, readJson(`${storageKey}.${owner}`));
		draft.value = kept.success ? kept.output.draft : emptyVisit();
		queue.value = kept.success ? kept.output.queue : [];
		places.value = kept.success ? kept.output.places : [];
		sent.value = null;
		clearInterval(timer);
		timer = setInterval(() => void flush(), retryMs);
		void flush();
	}

	function close(): void {
		clearInterval(timer);
		owner = "";
	}

	return { draft, queue, places, sent, open, close, save, flush, edit, drop, change };
});
