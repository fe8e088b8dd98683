import type { Translated } from "../translate";
import type zhCN from "./exports.zh-CN";

export default {
	history: "Export history",
	historyText: "All messages and calls with {name}, one after another, in one file.",
	format: "As",
	html: "Document",
	htmlHelp: "To read and to print, in any browser",
	json: "JSON with proof",
	jsonHelp: "For systems and auditors: whether anything was changed can be checked without Trunkline",
	notes: "Include internal notes",
	notesHelp: "Also what was noted about calls and meetings, and changes of the profile. The customer never sees these.",
	audited: "Every export is recorded in the audit log.",
	download: "Export",
	conversations: "Export",
	conversationsLabel: "Export these conversations as CSV",
} satisfies Translated<typeof zhCN>;
