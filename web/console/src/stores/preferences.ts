/* What this browser remembers about its user: kept in localStorage, applied at once. */
import { defineStore } from "pinia";
import { ref, watch } from "vue";
import { readJson, writeJson } from "../shared/storage";

export type Theme = "system" | "light" | "dark";
export type EnterKey = "sends" | "breaks";
/* When a moment of wrap-up is offered. */
export type WrapUpAfter = "never" | "calls" | "all";

interface Saved {
	theme: Theme;
	language: "zh-CN" | "en" | null;
	enter: EnterKey;
	sound: boolean;
	desktop: boolean;
	panel: boolean;
	wrapUp: WrapUpAfter;
}

const storageKey = "trunkline.preferences";
const defaults: Saved = {
	theme: "system",
	language: null,
	enter: "sends",
	sound: true,
	desktop: false,
	panel: true,
	wrapUp: "calls",
};

function parse(value: unknown): Saved {
	const given = typeof value === "object" && value !== null ? (value as Partial<Saved>) : {};
	return {
		theme: given.theme === "light" || given.theme === "dark" ? given.theme : "system",
		language: given.language === "en" || given.language === "zh-CN" ? given.language : null,
		enter: given.enter === "breaks" ? "breaks" : "sends",
		sound: typeof given.sound === "boolean" ? given.sound : defaults.sound,
		desktop: typeof given.desktop === "boolean" ? given.desktop : defaults.desktop,
		panel: typeof given.panel === "boolean" ? given.panel : defaults.panel,
		wrapUp: given.wrapUp === "never" || given.wrapUp === "all" ? given.wrapUp : "calls",
	};
}

export const usePreferences = defineStore("preferences", () => {
	const saved = parse(readJson(storageKey));
	const theme = ref(saved.theme);
	const language = ref(saved.language);
	const enter = ref(saved.enter);
	const sound = ref(saved.sound);
	const desktop = ref(saved.desktop);
	const panel = ref(saved.panel);
	const wrapUp = ref(saved.wrapUp);

	watch([theme, language, enter, sound, desktop, panel, wrapUp], () => {
		writeJson(storageKey, {
			theme: theme.value,
			language: language.value,
			enter: enter.value,
			sound: sound.value,
			desktop: desktop.value,
			panel: panel.value,
			wrapUp: wrapUp.value,
		});
	});

	return { theme, language, enter, sound, desktop, panel, wrapUp };
});
