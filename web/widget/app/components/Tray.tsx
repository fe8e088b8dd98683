import { formatBytes, icons } from "@trunkline/ui";
import type { JSX } from "preact";

import type { Model } from "../state/model";
import { MAX_FILES } from "../state/uploads";
import type { Attachment } from "../state/uploads";
import { Icon } from "./Icon";

function Item({ model, item }: { model: Model; item: Attachment }): JSX.Element {
	const t = model.t.value;
	const { id, name, size, file, problem, progress } = item;
	const locale = model.locale.value;
	const words = problem !== null
		? t(`file.${problem}`, { name, max: formatBytes(model.maxUpload, locale) })
		: file === null ? t("file.uploading", { name, percent: Math.round(progress * 100) }) : name;
	return (
		<li class={`attachment ${problem === null ? "" : "is-failed"}`}>
			<Icon path={problem === null ? icons.file : icons.alert} />
			<span class={`grow ${problem === null ? "clip" : ""}`} role={problem === null ? undefined : "alert"}>{words}</span>
			{file !== null && <span class="small muted">{formatBytes(size, locale)}</span>}
			{item.retry && (
				<button type="button" class="icon-btn" onClick={() => model.uploads.retry(id)} aria-label={t("file.retry", { name })}>
					<Icon path={icons.retry} />
				</button>
			)}
			<button
				type="button" class="icon-btn" onClick={() => model.uploads.remove(id)}
				aria-label={t(file === null && problem === null ? "file.cancel" : "file.remove", { name })}
			>
				<Icon path={icons.close} />
			</button>
			{file === null && problem === null && <progress max={1} value={progress} aria-label={words} />}
		</li>
	);
}

/** What goes with the next message. */
export function Tray({ model }: { model: Model }): JSX.Element | null {
	const items = model.uploads.items.value;
	const t = model.t.value;
	return (
		<>
			{model.uploads.overflow.value && <p class="hint" role="alert">{t("file.tooMany", { max: MAX_FILES })}</p>}
			{items.length > 0 && (
				<ul class="tray">{items.map((item) => <Item key={item.id} model={model} item={item} />)}</ul>
			)}
		</>
	);
}
