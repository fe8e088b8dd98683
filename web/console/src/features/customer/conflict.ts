/* A proven contact point belongs to one customer: the refusal names the one who has it. */
import { RestError } from "../../app/api";

export interface Conflict {
	id: string;
	name: string;
}

function record(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function conflictOf(error: unknown): Conflict | null {
	if (!(error instanceof RestError) || error.status !== 409) {
		return null;
	}
	const answer = record(error.detail);
	const inner = record(answer["error"]);
	const named = answer["customer"] ?? inner["customer"];
	const customer = record(named);
	const id = typeof named === "string" ? named : customer["id"];
	const name = customer["name"] ?? answer["customer_name"] ?? inner["customer_name"];
	return {
		id: typeof id === "string" ? id : "",
		name: typeof name === "string" && name !== "" ? name : error.message,
	};
}
