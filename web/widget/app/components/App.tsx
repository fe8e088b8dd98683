import { useSignalEffect } from "@preact/signals";
import type { HTMLAttributes, JSX, TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";

import { inkOn } from "../../bridge/colour";
import type { Model } from "../state/model";
import { Banner } from "./Banner";
import { Composer } from "./Composer";
import { Head } from "./Head";
import { LeaveAddress } from "./LeaveAddress";
import { Log } from "./Log";
import { Notice } from "./Notice";
import { Viewer } from "./Viewer";

/** Language, colour and title of the document, and what the page's button shows. */
function useDocument(model: Model): void {
	useSignalEffect(() => {
		document.documentElement.lang = model.locale.value;
		document.title = model.title.value;
	});
	useSignalEffect(() => {
		const colour = model.colour.value;
		if (colour !== null) {
			document.documentElement.style.setProperty("--brand", colour);
			document.documentElement.style.setProperty("--on-brand", inkOn(colour));
		}
	});
	useSignalEffect(() => model.report());
}

/** Files may be dropped anywhere on the panel. */
function useDrop(model: Model): {
	over: boolean;
	handlers: Pick<HTMLAttributes<HTMLElement>, "onDragEnter" | "onDragOver" | "onDragLeave" | "onDrop">;
} {
	const [depth, setDepth] = useState(0);
	const hasFiles = (event: DragEvent): boolean =>
		model.writable && Array.from(event.dataTransfer?.types ?? []).includes("Files");
	return {
		over: depth > 0,
		handlers: {
			onDragEnter: (event) => hasFiles(event) && setDepth((value) => value + 1),
			onDragLeave: (event) => hasFiles(event) && setDepth((value) => Math.max(0, value - 1)),
			onDragOver: (event) => {
				if (hasFiles(event)) {
					event.preventDefault();
				}
			},
			onDrop: (event) => {
				setDepth(0);
				if (hasFiles(event)) {
					event.preventDefault();
					model.uploads.add(Array.from(event.dataTransfer?.files ?? []), model.maxUpload);
				}
			},
		},
	};
}

export function App({ model }: { model: Model }): JSX.Element {
	useDocument(model);
	const { over, handlers } = useDrop(model);
	const keyDown = (event: TargetedKeyboardEvent<HTMLElement>): void => {
		if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) {
			return;
		}
		if (model.viewed.value) {
			model.hideViewed();
		} else {
			model.close();
		}
	};
	return (
		<main class="widget" aria-label={model.title.value} onKeyDown={keyDown} {...handlers}>
			<Head model={model} />
			<Banner model={model} />
			<Log model={model} />
			<LeaveAddress model={model} />
			{model.notice.value === null ? <Composer model={model} /> : <Notice model={model} notice={model.notice.value} />}
			{over && <div class="drop" aria-hidden="true">{model.t.value("composer.drop")}</div>}
			<Viewer model={model} />
		</main>
	);
}
