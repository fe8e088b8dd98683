import { icons } from "@trunkline/ui";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Model } from "../state/model";
import { save } from "./Files";
import { Icon } from "./Icon";

/** A picture over the whole panel. Esc or the cross leads back to where she was. */
export function Viewer({ model }: { model: Model }): JSX.Element | null {
	const viewed = model.viewed.value;
	const close = useRef<HTMLButtonElement>(null);
	useEffect(() => {
		const before = document.activeElement;
		close.current?.focus();
		return () => (before as HTMLElement | null)?.focus?.();
	}, [viewed === null]);
	if (viewed === null) {
		return null;
	}
	const t = model.t.value;
	const { file, url } = viewed;
	const fetchIt = (): void => {
		model.download(file.id).then((blob) => save(blob, file.name), () => model.hideViewed());
	};
	/** The rest of the panel is behind it: Tab stays inside. */
	const keepInside = (event: TargetedKeyboardEvent<HTMLElement>): void => {
		if (event.key === "Tab") {
			event.preventDefault();
			const buttons = [...event.currentTarget.querySelectorAll("button")];
			buttons[(buttons.indexOf(document.activeElement as HTMLButtonElement) + 1) % buttons.length]?.focus();
		}
	};
	return (
		<section class="viewer" role="dialog" aria-modal="true" aria-label={t("file.picture", { name: file.name })} onKeyDown={keepInside}>
			<div class="viewer-bar">
				<span class="grow clip">{file.name}</span>
				<button type="button" class="icon-btn" onClick={fetchIt} aria-label={t("file.save", { name: file.name })}>
					<Icon path={icons.download} />
				</button>
				<button type="button" class="icon-btn" ref={close} onClick={() => model.hideViewed()} aria-label={t("file.close")}>
					<Icon path={icons.close} />
				</button>
			</div>
			<div class="viewer-picture"><img src={url} alt={t("file.picture", { name: file.name })} /></div>
		</section>
	);
}
