import { icons } from "@trunkline/ui";
import type { JSX } from "preact";

import { formatTime } from "../state/format";
import { splitLinks } from "../state/links";
import type { Model } from "../state/model";
import type { MessageRow } from "../state/rows";
import type { Tick } from "../state/ticks";
import { Choices, Helpful } from "./Answer";
import { FileView } from "./Files";
import { Icon } from "./Icon";

const tickIcons: Readonly<Record<Tick, string>> = {
	waiting: icons.clock,
	sending: icons.clock,
	sent: icons.check,
	delivered: icons.checks,
	read: icons.checks,
	failed: icons.alert,
};

function Words({ text }: { text: string }): JSX.Element {
	return (
		<>
			{splitLinks(text).map(({ text: part, href }) =>
				(href === null ? part : <a href={href} target="_blank" rel="noopener noreferrer">{part}</a>))}
		</>
	);
}

function Failed({ model, row }: { model: Model; row: MessageRow }): JSX.Element {
	const t = model.t.value;
	const code = row.pending?.code;
	return (
		<div class="meta" role="alert">
			<span class="is-danger">
				{t(code === "denied" ? "failed.denied" : code === "invalid" ? "failed.invalid" : "failed.text")}
			</span>
			<button type="button" class="btn" onClick={() => model.client.outbox.retry(row.key)}>{t("failed.retry")}</button>
			<button type="button" class="btn" onClick={() => model.client.outbox.discard(row.key)}>{t("failed.discard")}</button>
		</div>
	);
}

function Meta({ model, row }: { model: Model; row: MessageRow }): JSX.Element {
	const t = model.t.value;
	const { tick, pending } = row;
	const held = pending?.state === "waiting" ? pending.code : null;
	return (
		<div class="meta">
			{row.automatic && <span class="is-automatic">{t("bot.name")}</span>}
			<time dateTime={new Date(row.at).toISOString()}>{formatTime(row.at, model.locale.value)}</time>
			{tick !== null && tick !== "failed" && (
				<>
					<Icon path={tickIcons[tick]} className={tick === "read" ? "is-read" : ""} />
					<span>{held === "busy" || held === "unavailable" ? t(held) : t(`state.${tick}`)}</span>
				</>
			)}
		</div>
	);
}

export function Message({ model, row }: { model: Model; row: MessageRow }): JSX.Element {
	const t = model.t.value;
	const failed = row.tick === "failed";
	const classes = ["msg", row.own ? "is-out" : "", failed ? "is-failed" : "", row.last ? "" : "is-joined"];
	const who = row.own ? t("you") : row.automatic ? t("bot.name") : row.name || t("agent");
	return (
		<div class={classes.filter(Boolean).join(" ")} data-state={row.tick ?? ""}>
			<span class="sr">{t("from", { name: who, time: formatTime(row.at, model.locale.value) })}</span>
			{row.files.map((file) => <FileView key={file.id} model={model} file={file} />)}
			{row.text === null
				? <div class="bubble is-erased">{t("erased")}</div>
				: row.text !== "" && <div class="bubble"><Words text={row.text} /></div>}
			{row.menu.length > 0 && <Choices model={model} menu={row.menu} />}
			{row.asks && <Helpful model={model} pub={row.pub} />}
			{failed ? <Failed model={model} row={row} /> : row.last && <Meta model={model} row={row} />}
		</div>
	);
}
