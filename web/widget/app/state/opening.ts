/* When the house opens next, in its own time zone and in words as short as can be. Pure. */
import type { HoursState } from "@trunkline/protocol";

const weekMs = 6 * 24 * 3600 * 1000;

/** "09:00" today, "Mon 09:00" this week, "Oct 8, 09:00" later; null: nobody knows. */
export function opensAt(hours: HoursState, locale: string, now: number): string | null {
	if (hours.open || hours.next_change === null) {
		return null;
	}
	const at = new Date(hours.next_change);
	const zone: Intl.DateTimeFormatOptions = { timeZone: hours.zone };
	const day = new Intl.DateTimeFormat("sv-SE", zone);
	const time: Intl.DateTimeFormatOptions = { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
	if (day.format(at) === day.format(new Date(now))) {
		return new Intl.DateTimeFormat(locale, time).format(at);
	}
	const near = at.getTime() - now < weekMs;
	const date: Intl.DateTimeFormatOptions = near ? { weekday: "short" } : { month: "short", day: "numeric" };
	return new Intl.DateTimeFormat(locale, { ...time, ...date }).format(at);
}
