/** "#07657d" or "#abc"; null for anything else: what comes here becomes a style. */
export function parseColour(text: string | null | undefined): string | null {
	return /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text ?? "") ? (text as string) : null;
}

/** White, or nearly black where white would be hard to read on the colour. */
export function inkOn(colour: string): string {
	const digits = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
	const [red, green, blue] = [1, 3, 5].map((at) => {
		const share = parseInt(digits.slice(at, at + 2), 16) / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	return 1.05 / (luminance + 0.05) >= 4.5 ? "#ffffff" : "#06232b";
}
