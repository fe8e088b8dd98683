/* Units are numbered by 8 bits a level: 0x01020000 is the second below the first, "1.2". */
export function unitPath(unit: string): string {
	const number = Number(unit);
	const levels = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
	while (levels.length > 1 && levels[levels.length - 1] === 0) {
		levels.pop();
	}
	return levels.join(".");
}
