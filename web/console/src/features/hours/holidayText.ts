/* Reads holidays out of pasted text: the yearly notice of the State Council ("一、元旦：1月1日（周四）至
 * 3日（周六）放假调休，共3天。1月4日（周日）上班。"), or one day a line ("2026-10-01 国庆节"). Pure. */

export interface FoundDay {
	date: string;
	name: string;
	/* Somebody works, though the week says otherwise. */
	work: boolean;
}

const spanMax = 31;
const dayPattern = /(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:（[^）]*）|\([^)]*\))?/;
const rangePattern = new RegExp(`${dayPattern.source}(?:\\s*(?:至|到|-|－|—|～|~)\\s*${dayPattern.source})?`, "g");

function valid(year: number, month: number, day: number): Date | null {
	const date = new Date(Date.UTC(year, month - 1, day));
	return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date : null;
}

const written = (date: Date): string => date.toISOString().slice(0, 10);

function daysFrom(first: Date, last: Date): string[] {
	const all: string[] = [];
	for (const date = new Date(first); date <= last && all.length < spanMax; date.setUTCDate(date.getUTCDate() + 1)) {
		all.push(written(date));
	}
	return all;
}

/* All dates of a sentence; a day without a month is of the month before it. */
function datesOf(sentence: string, year: number): string[] {
	let month = 0;
	return [...sentence.matchAll(rangePattern)].flatMap((match) => {
		const startYear = Number(match[1] ?? year);
		month = Number(match[2] ?? month);
		const first = valid(startYear, month, Number(match[3]));
		if (match[6] === undefined) {
			return first === null ? [] : [written(first)];
		}
		const before = month;
		month = Number(match[5] ?? month);
		const last = valid(Number(match[4] ?? (month < before ? startYear + 1 : startYear)), month, Number(match[6]));
		return first === null || last === null ? [] : daysFrom(first, last);
	});
}

function ofNotice(line: string, year: number): FoundDay[] {
	const [, name = "", rest = line] = /^\s*(?:[一二三四五六七八九十]+、|\d+[.、]|[（(][一二三四五六七八九十\d]+[）)])?\s*([^：:\d]{1,20})[：:](.*)$/s.exec(line) ?? [];
	return rest.split(/[。；;]/).flatMap((sentence) => {
		const work = sentence.includes("上班") && !sentence.includes("放假");
		return work || sentence.includes("放假") || sentence.includes("休")
			? datesOf(sentence, year).map((date) => ({ date, name: name.trim(), work }))
			: [];
	});
}

function ofLine(line: string): FoundDay[] {
	const match = /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s*[,，:：]?\s*(.*)$/.exec(line);
	const date = match === null ? null : valid(Number(match[1]), Number(match[2]), Number(match[3]));
	const name = (match?.[4] ?? "").trim();
	return date === null ? [] : [{ date: written(date), name: name.replace(/\s*上班$/, ""), work: /上班|\bwork/i.test(name) }];
}

export function readHolidays(text: string, year: number): FoundDay[] {
	const found = text.split(/\r?\n/).flatMap((line) => {
		const plain = ofLine(line);
		return plain.length > 0 ? plain : ofNotice(line, year);
	});
	return [...new Map(found.map((day) => [day.date, day])).values()].sort((left, right) => left.date.localeCompare(right.date));
}
