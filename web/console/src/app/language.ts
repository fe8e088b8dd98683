/* zh-CN and en; only the language in use is loaded. */
import { createI18n } from "vue-i18n";
import { loadMessages, type ConsoleMessages } from "@trunkline/i18n/console";
import { pickLocale } from "@trunkline/i18n";
import type { Language } from "../shared/format";
import { usePreferences } from "../stores/preferences";

export const i18n = createI18n({
	legacy: false,
	locale: "zh-CN",
	missingWarn: true,
	fallbackWarn: false,
	messages: {} as Record<string, ConsoleMessages>,
});

const loaded = new Set<Language>();

export function preferredLanguage(): Language {
	return usePreferences().language ?? pickLocale(navigator.languages);
}

export async function setLanguage(language: Language): Promise<void> {
	if (!loaded.has(language)) {
		i18n.global.setLocaleMessage(language, await loadMessages(language));
		loaded.add(language);
	}
	(i18n.global.locale as unknown as { value: string }).value = language;
	document.documentElement.lang = language;
}
