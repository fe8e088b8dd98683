import vue from "eslint-plugin-vue";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";

const SIGNS = [..."()[]{}.,:;&+-=*/#%!?·•–—→↑↓←×…⌘⇧|"];
const NAMES = ["Trunkline", "中文", "English", "Alt", "Ctrl", "Enter", "Esc", "Shift", "Z"];

const SURROUNDINGS = [
	"window", "document", "navigator", "location", "history", "self", "globalThis", "localStorage", "sessionStorage", "indexedDB",
	"fetch", "XMLHttpRequest", "WebSocket", "EventSource", "setTimeout", "clearTimeout", "setInterval", "clearInterval",
	"queueMicrotask", "requestAnimationFrame", "crypto", "performance", "URL", "URLSearchParams", "Headers", "Blob", "File",
	"FormData", "TextEncoder", "TextDecoder", "atob", "btoa", "AbortController", "structuredClone", "process", "Buffer",
];

export default defineConfig(
	globalIgnores(["**/dist/**", "**/generated/**"]),
	ts.configs.recommended,
	vue.configs["flat/essential"],
	{
		files: ["**/*.vue"],
		languageOptions: { parserOptions: { parser: ts.parser } },
		rules: {
			// What people read stands in @trunkline/i18n.
			// Names of keys, of languages in themselves, and our own.
			"vue/no-bare-strings-in-template": ["error", { allowlist: [...SIGNS, ...NAMES] }],
			"vue/no-v-html": "error",
			"vue/multi-word-component-names": "off",
		},
	},
	{
		files: ["**/*.tsx"],
		rules: {
			"no-restricted-syntax": ["error", {
				selector: "JSXText[value=/\\p{L}/u]",
				message: "What people read stands in @trunkline/i18n.",
			}, {
				selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
				message: "What outsiders wrote is text.",
			}],
		},
	},
	{
		rules: {
			"@typescript-eslint/no-explicit-any": "error",
			"@typescript-eslint/explicit-module-boundary-types": "off",
			"@typescript-eslint/consistent-type-imports": "error",
			curly: "error",
			eqeqeq: "error",
			"no-console": "error",
			"no-eval": "error",
			"no-implied-eval": "error",
			"no-new-func": "error",
			"max-lines": ["error", { max: 800 }],
		},
	},
	{
		// They run in apps and mini-programs, too: time, chance, sockets, storage and HTTP are given
		// from outside.
		files: ["client/src/**/*.ts", "protocol/src/**/*.ts"],
		rules: {
			"no-restricted-globals": ["error", ...SURROUNDINGS],
		},
	},
	{
		files: ["**/*.mjs"],
		rules: { "no-console": "off", curly: "off" },
	},
	{
		files: ["**/src/**/*.{ts,vue}", "widget/{app,bridge,loader}/**/*.{ts,tsx}"],
		ignores: ["**/generated/**", "**/icon-paths.ts", "i18n/src/**"],
		rules: { "max-lines": ["error", { max: 400 }] },
	},
);
