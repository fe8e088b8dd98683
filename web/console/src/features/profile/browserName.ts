/* "Chrome, Windows" out of what a browser says of itself; "" when it says nothing known. Pure. */
const browsers: readonly (readonly [string, RegExp])[] = [
	["Edge", /Edg\//],
	["Firefox", /Firefox\//],
	["Chrome", /Chrom(e|ium)\//],
	["Safari", /Safari\//],
];
const systems: readonly (readonly [string, RegExp])[] = [
	["Android", /Android/],
	["iOS", /iPhone|iPad/],
	["Windows", /Windows/],
	["macOS", /Mac OS X/],
	["Linux", /Linux/],
];

export function browserName(agent: string): string {
	const browser = browsers.find(([, pattern]) => pattern.test(agent))?.[0];
	const system = systems.find(([, pattern]) => pattern.test(agent))?.[0];
	return [browser, system].filter((part) => part !== undefined).join(", ");
}
