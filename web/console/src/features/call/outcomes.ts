/* What may come of a call. The code is stored, the word is the reader's language. */
export const outcomes = ["resolved", "follow_up", "callback", "transferred", "wrong_number", "no_interest"] as const;

/* An unknown code, from an integrator, is shown as it is. */
export function outcomeLabel(code: string, t: (key: string) => string, te: (key: string) => boolean): string {
	const key = `call.outcome.${code}`;
	return te(key) ? t(key) : code;
}
