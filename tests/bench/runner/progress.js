/* How far the bench is: its clock, what it tells meanwhile, and what went wrong. */
import { settings } from "./settings.js";

const startedAt = Date.now();

export function startTime() {
	return new Date(startedAt).toISOString();
}

export function secondsPassed() {
	return (Date.now() - startedAt) / 1000;
}

export function secondsLeft() {
	return settings.limitSeconds - secondsPassed();
}

export function isOverdue() {
	return secondsLeft() < 0;
}

export function note(text) {
	const seconds = String(Math.round(secondsPassed())).padStart(4);
	process.stderr.write(`${seconds} s  ${text}\n`);
}

/* One system that fails must not hide the others; the failure is part of the report.
 * Resolves to whether all went well. */
export async function attempt(result, what, action) {
	note(`${result.name}: ${what}`);
	try {
		await action();
		return true;
	} catch (error) {
		note(`${result.name}: ${what}: ${error.message}`);
		result.failures.push(`${what}: ${error.message}`);
		return false;
	}
}
