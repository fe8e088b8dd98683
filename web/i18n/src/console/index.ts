/** The console's messages. Only the language in use is loaded. */
import type { Locale } from "../locale";
import type { Translated } from "../translate";
import type zhCN from "./zh-CN";

export type ConsoleMessages = Translated<typeof zhCN>;

const loaders: Record<Locale, () => Promise<{ readonly default: ConsoleMessages }>> = {
	"zh-CN": () => import("./zh-CN"),
	en: () => import("./en"),
};

export async function loadMessages(locale: Locale): Promise<ConsoleMessages> {
	return (await loaders[locale]()).default;
}
