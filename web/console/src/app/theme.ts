/* Light, dark, or as the system has it: one attribute on the root element. */
import { watch } from "vue";
import { usePreferences } from "../stores/preferences";

export function followTheme(): void {
	const preferences = usePreferences();
	const dark = window.matchMedia("(prefers-color-scheme: dark)");

	function apply(): void {
		const theme = preferences.theme === "system" ? (dark.matches ? "dark" : "light") : preferences.theme;
		document.documentElement.dataset["theme"] = theme;
		document.documentElement.classList.toggle("dark", theme === "dark");
	}

	dark.addEventListener("change", apply);
	watch(() => preferences.theme, apply, { immediate: true });
}
