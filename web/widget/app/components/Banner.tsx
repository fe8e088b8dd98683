import { icons } from "@trunkline/ui";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Model } from "../state/model";
import { Icon } from "./Icon";

/** A short break of the line is nobody's concern. */
const PATIENCE_MS = 1_500;

/** True once it has been so for a while. */
function useLasting(now: boolean): boolean {
	const [lasting, setLasting] = useState(false);
	useEffect(() => {
		if (!now) {
			setLasting(false);
			return undefined;
		}
		const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
		return () => clearTimeout(timer);
	}, [now]);
	return now && lasting;
}

export function Banner({ model }: { model: Model }): JSX.Element | null {
	const t = model.t.value;
	const blocked = model.blocked.value;
	const { state, known } = model.client;
	const cut = blocked === "network" || state === "waiting" || (state === "connecting" && known);
	const offline = useLasting(cut);
	if (blocked === "key" || blocked === "identity") {
		return (
			<div class="banner is-danger" role="alert">
				<Icon path={icons.alert} />
				<span class="grow">{t(blocked === "key" ? "blocked.unknown" : model.inApp ? "identityApp" : "identity")}</span>
			</div>
		);
	}
	if (!offline) {
		return null;
	}
	return (
		<div class="banner" role="status">
			<Icon path={icons.alert} />
			<span class="grow">{t("offline.text")}</span>
			<button type="button" class="btn is-plain" onClick={() => model.wake()}>{t("offline.reconnect")}</button>
		</div>
	);
}
