/* Light, dark, or as the system has it: one attribute on the root element. */
import { computed, ref, watch, type ComputedRef } from "vue";
import { usePreferences } from "../stores/preferences";

const systemDark = ref(false);

export function useDark(): ComputedRef<boolean> {
	const preferences = usePreferences();
	return computed(() => (preferences.theme === "system" ? systemDark.value : preferences.theme === "dark"));
}

export function followTheme(): void {
	const preferences = usePreferences();
	const dark = window.matchMedia("(prefers-color-scheme: dark)");

	function apply(): void {
		systemDark.value = dark.matches;
		const theme = preferences.theme === "system" ? (dark.matches ? "dark" : "light") : preferences.theme;
		document.documentElement.dataset["theme"] = theme;
		document.documentElement.classList.toggle("dark", theme === "dark");
	}

	dark.addEventListener("change", apply);
	watch(() => preferences.theme, apply, { immediate: true });
}
