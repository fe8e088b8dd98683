/* For screen readers: the newest message of the customer, once. The virtual list itself must not
 * be live, or scrolling would be read aloud. */
import { ref, watch, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import type { Entry } from "../../shared/types";

function newestOf(entries: readonly Entry[]): Entry | undefined {
	return entries[entries.length - 1];
}

export function useAnnouncement(entries: () => readonly Entry[], name: () => string): Ref<string> {
	const { t } = useI18n();
	const text = ref("");
	let last = newestOf(entries())?.id ?? "";
	let begun = last !== "";

	watch(entries, (now) => {
		const newest = newestOf(now);
		if (newest === undefined || newest.id === last) {
			return;
		}
		last = newest.id;
		if (begun && newest.kind === "message" && newest.author.kind === "customer") {
			const words = newest.body?.text ?? "";
			text.value = t("thread.announce", { name: name(), text: words });
		}
		begun = true;
	});
	return text;
}
