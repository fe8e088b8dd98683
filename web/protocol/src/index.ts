/** The protocol `trunkline.v1`: types, and checks for whatever comes from outside. */
import * as v from "valibot";

import {
	consoleServerFrameCheck,
	widgetServerFrameCheck,
} from "./generated/checks";
import type { ConsoleServerFrame, WidgetServerFrame } from "./generated/types";

export * from "./generated/types";
export * as checks from "./generated/checks";

export const SUBPROTOCOL = "trunkline.v1";

/** What came from outside does not have the shape that the schema names. */
export class ProtocolError extends Error {
	override readonly name = "ProtocolError";
}

export type Check<T> = v.GenericSchema<unknown, T>;

/** The value with its unknown members left out, or a ProtocolError that says where it is wrong. */
export function parseWith<T>(check: Check<T>, value: unknown): T {
	const result = v.safeParse(check, value, { abortEarly: true });
	if (result.success) {
		return result.output;
	}
	const issue = result.issues[0];
	throw new ProtocolError(`${v.getDotPath(issue) ?? "(whole)"}: ${issue.message}`);
}

function parseText<T>(check: Check<T>, text: unknown): T {
	if (typeof text !== "string") {
		throw new ProtocolError("a frame is text");
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new ProtocolError("a frame is JSON");
	}
	return parseWith(check, value);
}

export function parseConsoleFrame(text: unknown): ConsoleServerFrame {
	return parseText(consoleServerFrameCheck, text);
}

export function parseWidgetFrame(text: unknown): WidgetServerFrame {
	return parseText(widgetServerFrameCheck, text);
}
