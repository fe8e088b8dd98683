/** Languages, and messages by area. Each area is a folder with zh-CN.ts (the source of the
 * keys) and en.ts, typed by it; `npm run check -w i18n` compares keys and placeholders. */
export { locales, pickLocale } from "./locale";
export type { Locale } from "./locale";
export { translator } from "./translate";
export type { Keys, Messages, Translate, Translated } from "./translate";
