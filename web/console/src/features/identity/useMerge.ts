/* A merge on its way: both sides, which one stays, whose values win, and the doing of it. */
import { computed, reactive, ref, type ComputedRef, type Ref } from "vue";
import { checks, get, post } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import type { Customer, MergePreview } from "../../shared/types";

export const mergeFields = ["name", "external_id", "gender", "language", "company", "owner", "unit", "remark"] as const;
export type MergeField = (typeof mergeFields)[number];
export type Winner = "source" | "target";

export function valueOf(customer: Customer, field: MergeField): string {
	return customer[field] ?? "";
}

/* What is there wins over what is not; a name over no name; else whoever stays keeps hers. */
export function winnerOf(preview: MergePreview, field: MergeField): Winner {
	const source = preview.source.customer;
	const target = preview.target.customer;
	if (valueOf(source, field) === "" || valueOf(source, field) === valueOf(target, field)) {
		return "target";
	}
	const better = field === "name" && target.anonymous && !source.anonymous;
	return valueOf(target, field) === "" || better ? "source" : "target";
}

export interface Merging {
	readonly preview: Ref<MergePreview | null>;
	readonly state: Ref<"idle" | "loading" | "failed" | "busy">;
	readonly problem: Ref<string>;
	readonly winners: Record<MergeField, Winner>;
	readonly numbersDiffer: ComputedRef<boolean>;
	load(source: string, target: string, advised?: boolean): Promise<void>;
	swap(): Promise<void>;
	merge(reason: string, differentNumbers: boolean): Promise<{ merge: string; into: string } | null>;
}

export function useMerge(explain: (code: string, text: string) => string): Merging {
	const preview = ref<MergePreview | null>(null);
	const state = ref<"idle" | "loading" | "failed" | "busy">("idle");
	const problem = ref("");
	const winners = reactive(Object.fromEntries(mergeFields.map((field) => [field, "target"])) as Record<MergeField, Winner>);
	const numbersDiffer = computed(() => preview.value?.warnings.includes("different_numbers") ?? false);

	function fail(error: unknown): void {
		const { code, text } = refusalOf(error);
		problem.value = explain(code, text);
	}

	/* `advised`: the server says who should stay; the other direction is one press away. */
	async function load(source: string, target: string, advised = false): Promise<void> {
		state.value = "loading";
		problem.value = "";
		try {
			const found = await get(`/customers/${source}/merge-preview`, checks.mergePreviewCheck, { with: target });
			if (advised && found.keep === "source") {
				await load(target, source);
				return;
			}
			preview.value = found;
			mergeFields.forEach((field) => {
				winners[field] = winnerOf(found, field);
			});
			state.value = "idle";
		} catch (error) {
			state.value = "failed";
			fail(error);
		}
	}

	async function swap(): Promise<void> {
		if (preview.value !== null) {
			await load(preview.value.target.customer.id, preview.value.source.customer.id);
		}
	}

	async function merge(reason: string, differentNumbers: boolean): Promise<{ merge: string; into: string } | null> {
		if (preview.value === null) {
			return null;
		}
		const { source, target } = preview.value;
		state.value = "busy";
		problem.value = "";
		try {
			const done = await post(`/customers/${source.customer.id}/merge`, checks.mergeAnswerCheck, {
				into: target.customer.id,
				take: mergeFields.filter((field) => winners[field] === "source"),
				source_version: source.customer.version,
				target_version: target.customer.version,
				different_numbers: differentNumbers,
				...(reason === "" ? {} : { reason }),
			});
			return { merge: done.merge, into: done.customer };
		} catch (error) {
			fail(error);
			return null;
		} finally {
			state.value = "idle";
		}
	}

	return { preview, state, problem, winners, numbersDiffer, load, swap, merge };
}
