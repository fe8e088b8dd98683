/* One ticking clock for all ages on the page. */
import { computed, ref, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { ageOf, shortMoment, type Language } from "./format";

const tickMs = 20_000;
const now = ref(Date.now());
let timer: ReturnType<typeof setInterval> | undefined;

export function useNow(): typeof now {
	timer ??= setInterval(() => {
		now.value = Date.now();
	}, tickMs);
	return now;
}

export function useAge(at: () => string): ComputedRef<string> {
	const { t, locale } = useI18n();
	const time = useNow();
	return computed(() => {
		/* An entry newer than the last tick is "now", not in the future. */
		const age = ageOf(at(), Math.max(time.value, Date.parse(at())));
		if (age.unit === "date") {
			return shortMoment(at(), locale.value as Language, new Date(time.value));
		}
		return t(`common.age.${age.unit}`, { count: age.count }, age.count);
	});
}
