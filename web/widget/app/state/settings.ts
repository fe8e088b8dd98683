/** What the page asked for in the frame's address. Anything odd is ignored. */
import { pickLocale } from "@trunkline/i18n";
import type { Locale } from "@trunkline/i18n";

import { parseColour } from "../../bridge/colour";

export interface Settings {
	readonly key: string;
	readonly locale: Locale;
	readonly colour: string | null;
	readonly theme: "light" | "dark" | null;
}

export function readSettings(search: string, languages: readonly string[]): Settings {
	const query = new URLSearchParams(search);
	const theme = query.get("theme");
	const key = query.get("key") ?? "";
	return {
		key: /^[\w-]{1,40}$/.test(key) ? key : "",
		locale: pickLocale([query.get("lang"), ...languages]),
		colour: parseColour(query.get("colour")),
		theme: theme === "light" || theme === "dark" ? theme : null,
	};
}
