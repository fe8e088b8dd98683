const UNITS = ["B", "KB", "MB", "GB"] as const;

/** "46 KB": whole numbers from ten on, else one decimal. */
export function formatBytes(size: number, locale: string): string {
	let value = size;
	let unit = 0;
	while (value >= 1000 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit > 0 && value < 10 ? 1 : 0;
	const number = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
	return `${number} ${UNITS[unit] ?? "B"}`;
}
