/* What a change of tags says in one line. Pure. */
import type { TaggedBody } from "@trunkline/protocol";

type Translate = (key: string, values?: Record<string, unknown>) => string;

export function tagText(body: TaggedBody, t: Translate): string {
	const separator = t("common.listSeparator");
	const list = (key: string, texts: readonly string[]): string[] => (texts.length === 0 ? [] : [t(key, { texts: texts.join(separator) })]);
	const intent = body.intent === undefined ? [] : [body.intent === "" ? t("tags.event.noIntent") : t("tags.event.intent", { text: body.intent })];
	return [
		...intent,
		...list("tags.event.added", body.added),
		...list("tags.event.removed", body.removed),
		...list("tags.event.topics", body.topics),
		...list("tags.event.topicsRemoved", body.topics_removed),
	].join(separator);
}
