import { icons } from "@trunkline/ui";
import type { JSX, TargetedClipboardEvent, TargetedEvent, TargetedInputEvent, TargetedKeyboardEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Model } from "../state/model";
import { PersonBar } from "./Answer";
import { Icon } from "./Icon";
import { Tray } from "./Tray";

export const MAX_TEXT = 4000;
const ACCEPT = "image/png,image/jpeg,image/gif,image/webp,image/heic,application/pdf,text/plain,text/csv,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.zip,.mp3,.wav,.ogg,.mp4,.amr";

/** While a pinyin candidate is being chosen, Enter belongs to the input method. 229 is what
 * older browsers say when they do not tell it otherwise. */
const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

function useGrowing(text: string): { current: HTMLTextAreaElement | null } {
	const area = useRef<HTMLTextAreaElement>(null);
	useLayoutEffect(() => {
		const { current } = area;
		if (current) {
			current.style.height = "auto";
			current.style.height = `${current.scrollHeight + 2}px`;
		}
	}, [text]);
	return area;
}

/** The text, kept over a reload together with what was uploaded for it. */
function useDraft(model: Model): [string, (text: string) => void] {
	const [text, setText] = useState(() => model.draft.load().text);
	const files = model.uploads.ready;
	useEffect(() => model.draft.save({ text, files }), [files.length]);
	useEffect(() => model.forgotten.subscribe((count) => count > 0 && setText("")), []);
	const change = (changed: string): void => {
		// At once, not with the next drawing: the page may go away before that.
		model.draft.save({ text: changed, files: model.uploads.ready });
		setText(changed);
	};
	return [text, change];
}

export function Composer({ model }: { model: Model }): JSX.Element {
	const t = model.t.value;
	const [text, setText] = useDraft(model);
	const area = useGrowing(text);
	const picker = useRef<HTMLInputElement>(null);
	const items = model.uploads.items.value;
	const tooLong = text.length > MAX_TEXT;
	const empty = text.trim() === "" && model.uploads.ready.length === 0;
	const { busy } = model.uploads;
	const complete = model.writable && (busy || !empty) && !tooLong && items.every(({ problem }) => problem === null);
	// Enter while a file is on its way holds until it is there; whatever is changed meanwhile takes it back.
	const [wished, setWished] = useState(false);

	useEffect(() => model.open.subscribe((open) => {
		// On a phone the keyboard would hide the conversation.
		if (open && matchMedia("(pointer: fine)").matches) {
			requestAnimationFrame(() => area.current?.focus());
		}
	}), []);

	const send = (): void => {
		setWished(complete && busy);
		if (complete && !busy) {
			model.send(text.trim());
			setText("");
			area.current?.focus();
		}
	};
	useEffect(() => {
		if (wished && !(complete && busy)) {
			send();
		}
	}, [wished, complete, busy]);
	const keyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
		if (event.key === "Enter" && !event.shiftKey && !event.altKey && !isComposing(event)) {
			event.preventDefault();
			send();
		}
	};
	const input = (event: TargetedInputEvent<HTMLTextAreaElement>): void => {
		setText(event.currentTarget.value);
		setWished(false);
		if (event.currentTarget.value === "") {
			model.client.typingEnded();
		} else {
			model.client.keyHit();
		}
	};
	const paste = (event: TargetedClipboardEvent<HTMLTextAreaElement>): void => {
		const files = Array.from(event.clipboardData?.files ?? []);
		if (files.length > 0) {
			event.preventDefault();
			model.uploads.add(files, model.maxUpload);
		}
	};
	const pick = (event: TargetedEvent<HTMLInputElement>): void => {
		model.uploads.add(Array.from(event.currentTarget.files ?? []), model.maxUpload);
		event.currentTarget.value = "";
		area.current?.focus();
	};

	return (
		<footer class="widget-foot">
			<PersonBar model={model} />
			<Tray model={model} />
			{wished && <p class="hint" role="status">{t("composer.whenUploaded")}</p>}
			{tooLong && <p class="hint" id="too-long" role="alert">{t("composer.tooLong", { max: MAX_TEXT, count: text.length })}</p>}
			<form class="composer" onSubmit={(event) => { event.preventDefault(); send(); }}>
				<input ref={picker} type="file" multiple accept={ACCEPT} onChange={pick} hidden />
				<button
					type="button" class="icon-btn" disabled={!model.writable || model.client.state === "stopped"}
					aria-label={t("composer.attach")} onClick={() => picker.current?.click()}
				>
					<Icon path={icons.clip} />
				</button>
				<textarea
					class="input" rows={1} ref={area} value={text} disabled={!model.writable}
					placeholder={t("composer.placeholder")} aria-label={t("composer.placeholder")}
					aria-invalid={tooLong} aria-describedby={tooLong ? "too-long" : undefined}
					onInput={input} onKeyDown={keyDown} onPaste={paste} onBlur={() => model.client.typingEnded()}
				/>
				<button type="submit" class="icon-btn is-send" disabled={!complete} aria-label={t("composer.send")}>
					<Icon path={icons.send} />
				</button>
			</form>
			<p class="widget-safety">{t("safety")}</p>
		</footer>
	);
}
