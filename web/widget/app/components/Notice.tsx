import type { Notice as ChannelNotice } from "@trunkline/protocol";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Model } from "../state/model";

/** Stands where she would write, until she has agreed to the notice's present version. */
export function Notice({ model, notice }: { model: Model; notice: ChannelNotice }): JSX.Element {
	const t = model.t.value;
	const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
	const accept = async (): Promise<void> => {
		setState("busy");
		try {
			await model.acceptNotice(notice.version);
		} catch {
			setState("failed");
		}
	};
	return (
		<section class="widget-foot notice" aria-label={t("notice.title")}>
			<b>{t("notice.title")}</b>
			<p class="notice-text">{model.locale.value === "en" ? notice.en : notice.zh}</p>
			{notice.url !== "" && <a href={notice.url} target="_blank" rel="noopener noreferrer">{t("notice.more")}</a>}
			{state === "failed" && <p class="hint" role="alert">{t("notice.failed")}</p>}
			<button type="button" class="notice-accept" disabled={state === "busy"} onClick={() => void accept()}>{t("notice.accept")}</button>
		</section>
	);
}
