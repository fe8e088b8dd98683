/* What of a text must not, or should not, leave the house: asked while one writes, and once more
 * before it is sent. The server decides; this only says so in time. */
import type { PhraseHit } from "@trunkline/protocol";
import { computed, onBeforeUnmount, ref, watch, type ComputedRef, type Ref } from "vue";
import { checks, post } from "../../app/api";

export interface PhraseCheck {
	hits: Ref<readonly PhraseHit[]>;
	/* The first that stands in the way: what is blocked before what is warned of. */
	first: ComputedRef<PhraseHit | null>;
	blocked: ComputedRef<boolean>;
	/* Runs it when nothing stands in the way. */
	guard: (send: (acknowledged: readonly string[]) => unknown) => Promise<void>;
	/* Of all that was warned of: the writer sends it all the same. */
	warned: () => string[];
}

const pauseMs = 250;
/* A slow line must not keep a message: the server looks at it anyway. */
const patienceMs = 1500;

const after = (ms: number): Promise<null> => new Promise((done) => setTimeout(() => done(null), ms));

export function usePhraseCheck(text: Ref<string>, matters: () => boolean): PhraseCheck {
	const hits = ref<readonly PhraseHit[]>([]);
	let checked = "";
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asked = 0;

	async function check(): Promise<void> {
		const now = text.value;
		const turn = ++asked;
		clearTimeout(timer);
		if (!matters() || now.trim() === "") {
			checked = now;
			hits.value = [];
			return;
		}
		try {
			const answer = await post("/phrases/check", checks.phraseCheckCheck, { text: now });
			if (turn === asked) {
				checked = now;
				hits.value = answer.hits;
			}
		} catch {
			/* Without a line nothing is sent either. */
		}
	}

	watch([text, matters], ([now]) => {
		clearTimeout(timer);
		/* What was found before the first change still stands where it stood. */
		if (!now.startsWith(checked)) {
			hits.value = [];
		}
		timer = setTimeout(() => void check(), pauseMs);
	}, { immediate: true });
	onBeforeUnmount(() => clearTimeout(timer));

	const standing = computed(() => hits.value.filter((hit) => hit.action !== "flag"));
	const first = computed(() => standing.value.find((hit) => hit.action === "block") ?? standing.value[0] ?? null);

	async function guard(send: (acknowledged: readonly string[]) => unknown): Promise<void> {
		if (matters() && checked !== text.value) {
			await Promise.race([check(), after(patienceMs)]);
		}
		if (first.value === null || !matters()) {
			await send([]);
		}
	}

	return {
		hits,
		first,
		blocked: computed(() => first.value?.action === "block"),
		guard,
		warned: () => [...new Set(hits.value.filter((hit) => hit.action === "warn").map((hit) => hit.phrase))],
	};
}
