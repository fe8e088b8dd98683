/** Pictures and files of a message. They are fetched with the visitor's token in a header, so
 * that it never stands in an address. */
import type { File as SentFile } from "@trunkline/protocol";
import { formatBytes, icons } from "@trunkline/ui";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Model } from "../state/model";
import { Icon } from "./Icon";

const SHOWN_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const MAX_WIDTH = 240;
const MAX_HEIGHT = 280;

interface Props {
	readonly model: Model;
	readonly file: SentFile;
}

export function save(blob: Blob, name: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The size it is drawn at, known before it is loaded: nothing jumps. */
function fit({ width, height }: SentFile): { width: string; aspectRatio: string } {
	const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
	return { width: `${Math.max(48, Math.round(width * scale))}px`, aspectRatio: `${width} / ${height}` };
}

function usePicture(model: Model, file: SentFile, element: { current: Element | null }): {
	url: string | null;
	failed: boolean;
} {
	const [url, setUrl] = useState<string | null>(null);
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		let gone = false;
		let made: string | null = null;
		const load = (): void => {
			model.download(file.id).then(
				(blob) => {
					if (!gone) {
						made = URL.createObjectURL(blob);
						setUrl(made);
					}
				},
				() => setFailed(true),
			);
		};
		const watcher = new IntersectionObserver((seen) => {
			if (seen.some(({ isIntersecting }) => isIntersecting)) {
				watcher.disconnect();
				load();
			}
		});
		if (element.current) {
			watcher.observe(element.current);
		}
		return () => {
			gone = true;
			watcher.disconnect();
			if (made !== null) {
				URL.revokeObjectURL(made);
			}
		};
	}, [file.id]);
	return { url, failed };
}

function Picture({ model, file }: Props): JSX.Element {
	const t = model.t.value;
	const element = useRef<HTMLButtonElement>(null);
	const { url, failed } = usePicture(model, file, element);
	if (failed) {
		return <Attached model={model} file={file} />;
	}
	return (
		<button
			type="button" class="picture" ref={element} style={fit(file)}
			aria-label={t("file.openPicture", { name: file.name })}
			onClick={() => url !== null && model.view(file, url)}
		>
			{url !== null && <img src={url} alt="" onError={() => undefined} />}
		</button>
	);
}

function Attached({ model, file }: Props): JSX.Element {
	const t = model.t.value;
	const [failed, setFailed] = useState(false);
	const size = formatBytes(file.size, model.locale.value);
	const fetchIt = (): void => {
		setFailed(false);
		model.download(file.id).then((blob) => save(blob, file.name), () => setFailed(true));
	};
	return (
		<>
			<button type="button" class="file" onClick={fetchIt} aria-label={t("file.download", { name: file.name, size })}>
				<Icon path={icons.file} />
				<span class="clip">{file.name}</span>
				<span class="small muted">{size}</span>
			</button>
			{failed && <span class="small muted" role="alert">{t("file.unavailable", { name: file.name })}</span>}
		</>
	);
}

export function FileView({ model, file }: Props): JSX.Element {
	const shown = SHOWN_TYPES.includes(file.type) && file.width > 0 && file.height > 0;
	return shown ? <Picture model={model} file={file} /> : <Attached model={model} file={file} />;
}
