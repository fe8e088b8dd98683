export const locales = ["zh-CN", "en"] as const;
export type Locale = (typeof locales)[number];

/** The first of the wishes ("zh-Hans", "en-US", "") that we speak; English for everybody else. */
export function pickLocale(wishes: readonly (string | null | undefined)[]): Locale {
	for (const wish of wishes) {
		const language = (wish ?? "").toLowerCase().split(/[-_]/)[0];
		if (language === "zh") {
			return "zh-CN";
		}
		if (language === "en") {
			return "en";
		}
	}
	return "en";
}
