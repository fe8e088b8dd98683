/** Light or dark as the page asked, else as the system has it, also when that changes. */
export function followTheme(fixed: "light" | "dark" | null): void {
	const dark = matchMedia("(prefers-color-scheme: dark)");
	const apply = (): void => {
		document.documentElement.dataset["theme"] = fixed ?? (dark.matches ? "dark" : "light");
	};
	apply();
	dark.addEventListener("change", apply);
}
