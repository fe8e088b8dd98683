/* What the variables stand for in this thread, now. */
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import type { Language } from "../../shared/format";
import type { Customer } from "../../shared/types";
import { useNow } from "../../shared/useClock";
import { useSession } from "../../stores/session";
import { valuesOf, type Values } from "./variables";

export function useValues(customer: () => Customer | null): ComputedRef<Values> {
	const { locale } = useI18n();
	const session = useSession();
	const now = useNow();
	return computed(() =>
		valuesOf({ customer: customer(), agent: session.me, now: new Date(now.value), language: locale.value as Language }),
	);
}
