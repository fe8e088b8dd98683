/* All keyword rules, searched here without asking the server. Read when they are first needed and
 * again when the server says that others are in force. */
import { defineStore } from "pinia";
import type { Rule, RuleStatus } from "@trunkline/protocol";
import { computed, ref, shallowReactive, shallowRef } from "vue";
import { checks, get } from "../app/api";

export const useRules = defineStore("rules", () => {
	const rules = shallowReactive(new Map<string, Rule>());
	const status = shallowRef<RuleStatus | null>(null);
	const state = ref<"idle" | "loading" | "ready" | "failed">("idle");
	let asked = 0;

	/* In the order of judgement: higher first, then the older. */
	const items = computed(() =>
		[...rules.values()].sort((left, right) => right.priority - left.priority || left.id.length - right.id.length || (left.id < right.id ? -1 : 1)),
	);
	const folders = computed(() => [...new Set(items.value.map((rule) => rule.folder))].filter((folder) => folder !== "").sort((left, right) => left.localeCompare(right)));

	async function load(): Promise<void> {
		const mine = ++asked;
		state.value = rules.size === 0 ? "loading" : state.value;
		try {
			const list = await get("/rules", checks.ruleListCheck);
			if (mine !== asked) {
				return;
			}
			rules.clear();
			for (const rule of list.items) {
				rules.set(rule.id, rule);
			}
			status.value = list.status;
			state.value = "ready";
		} catch {
			state.value = rules.size === 0 ? "failed" : state.value;
		}
	}

	function need(): void {
		if (state.value === "idle" || state.value === "failed") {
			void load();
		}
	}

	/* From the live line. */
	function changed(): void {
		if (state.value !== "idle") {
			void load();
		}
	}

	function put(rule: Rule): void {
		if (rule.removed) {
			rules.delete(rule.id);
		} else {
			rules.set(rule.id, rule);
		}
	}

	function find(id: string): Rule | undefined {
		return rules.get(id);
	}

	function clear(): void {
		asked++;
		rules.clear();
		status.value = null;
		state.value = "idle";
	}

	return { items, folders, status, state, load, need, changed, put, find, clear };
});
