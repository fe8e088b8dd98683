import { icons } from "@trunkline/ui";
import type { JSX } from "preact";

import type { Model } from "../state/model";
import { opensAt } from "../state/opening";
import { soundOn, switchSound } from "../state/sound";
import { Icon } from "./Icon";

/** "陈" of 陈嘉禾, "CJ" of Chen Jiahe. */
function initials(name: string): string {
	const words = name.trim().split(/\s+/);
	if (/^\p{Script=Han}/u.test(name)) {
		return Array.from(name)[0] ?? "";
	}
	return words.slice(0, 2).map((word) => Array.from(word)[0] ?? "").join("").toUpperCase();
}

export function Head({ model }: { model: Model }): JSX.Element {
	const t = model.t.value;
	const { client } = model;
	const agent = client.online
		? [...client.entries].reverse().find(({ author }) => author.kind === "staff")?.author.name
		: null;
	const opening = client.hours === null ? null : opensAt(client.hours, model.locale.value, Date.now());
	const away = client.hours?.open === false
		? (opening === null ? t("head.closed") : t("head.closedUntil", { at: opening }))
		: t("head.away");
	const status = !client.known ? t("head.connecting") : client.online ? t("head.online") : away;
	return (
		<header class="widget-head">
			{model.page.screen && (
				<button type="button" class="icon-btn is-back" onClick={() => model.close()} aria-label={t("head.back")}>
					<Icon path={icons.left} />
				</button>
			)}
			<span class="avatar" aria-hidden="true">{agent ? initials(agent) : <Icon path={icons.web} />}</span>
			<div class="grow">
				<h1 class="clip">{agent || model.title.value}</h1>
				<div class="status small muted" role="status">
					{client.known && <span class={`presence ${client.online ? "is-online" : ""}`} />}
					<span class="clip">{status}</span>
				</div>
			</div>
			<button
				type="button" class="icon-btn" onClick={switchSound}
				aria-label={t(soundOn.value ? "head.soundOff" : "head.soundOn")}
			>
				<Icon path={soundOn.value ? icons.sound : icons.soundOff} />
			</button>
			{!model.page.alone && !model.page.screen && (
				<button type="button" class="icon-btn" onClick={() => model.close()} aria-label={t("head.minimise")}>
					<Icon path={icons.down} />
				</button>
			)}
		</header>
	);
}
