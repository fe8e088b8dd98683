import type { Translated } from "../translate";
import type zhCN from "./tags.zh-CN";

export default {
	title: "Tags",
	intent: "Intent",
	tag: "Tag",
	topic: "Topic",
	none: "No tags yet",
	add: "Add a tag",
	addHint: "Type a tag, Enter adds it",
	kind: "Kind",
	remove: "Remove {kind}: {text}",
	removed: "Removed {text}",
	from: { rule: "Automatic answer", staff: "{name}", api: "API" },
	origin: "{who}, {at}",
	tooMany: "Too many tags, or too long",
	filter: "Tag",
	any: "Any tag",
	event: { added: "tagged: {texts}", removed: "tags removed: {texts}", topics: "topics: {texts}", topicsRemoved: "topics removed: {texts}", intent: "intent: {text}", noIntent: "intent cleared" },
} satisfies Translated<typeof zhCN>;
