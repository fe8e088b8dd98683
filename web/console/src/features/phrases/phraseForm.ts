/* What the forms of phrases share. */
import type { Phrase } from "@trunkline/protocol";
import { refusalOf } from "../../app/refusal";

export const phraseActions: readonly Phrase["action"][] = ["block", "warn", "flag"];
export const maxImport = 1000;

/* One text a line, each once. */
export function linesOf(text: string): string[] {
	return [...new Set(text.split("\n").map((line) => line.trim()).filter((line) => line !== ""))];
}

export function phraseProblem(error: unknown, t: (key: string, values?: Record<string, unknown>) => string): string {
	const { code, text } = refusalOf(error);
	if (code === "offline") {
		return t("common.offline");
	}
	if (code === "conflict") {
		return t(text.includes("watched already") ? "phrases.taken" : "phrases.conflict");
	}
	return t("common.failed", { text });
}
