import { onBeforeUnmount, onMounted } from "vue";
import { useToasts } from "../../stores/toasts";
import { provideShortcuts, runShortcut, shortcutOf } from "./registry";

function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) {
		return false;
	}
	return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/* Listens for the whole window; while a dialog is open its keys are its own. */
export function useShortcuts(shell: { palette: () => void; help: () => void }): void {
	const toasts = useToasts();
	const release = provideShortcuts({
		palette: shell.palette,
		search: shell.palette,
		help: shell.help,
		undo: () => {
			toasts.undoNewest();
		},
	});

	function keydown(event: KeyboardEvent): void {
		const name = shortcutOf(event, isTyping(event.target));
		if (name === null || event.defaultPrevented) {
			return;
		}
		if (name !== "palette" && document.querySelector("dialog[open]") !== null) {
			return;
		}
		if (runShortcut(name)) {
			event.preventDefault();
		}
	}

	onMounted(() => window.addEventListener("keydown", keydown));
	onBeforeUnmount(() => {
		window.removeEventListener("keydown", keydown);
		release();
	});
}
