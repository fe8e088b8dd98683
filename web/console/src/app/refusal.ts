/* Why the server (or the missing line) refused, whichever way the request went. */
export interface Refusal {
	code: string;
	text: string;
	field: string | null;
}

export function refusalOf(error: unknown): Refusal {
	if (typeof error !== "object" || error === null) {
		return { code: "failed", text: "", field: null };
	}
	const { code, message, text, field } = error as Record<string, unknown>;
	const words = typeof text === "string" ? text : typeof message === "string" ? message : "";
	return {
		code: typeof code === "string" ? code : "failed",
		text: words,
		field: typeof field === "string" ? field : null,
	};
}
