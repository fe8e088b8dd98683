import { icons } from "@trunkline/ui";
import type { MenuItem } from "@trunkline/protocol";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Model } from "../state/model";
import { Icon } from "./Icon";

/** What she may press under an automatic answer; its number typed does the same. */
export function Choices({ model, menu }: { model: Model; menu: readonly MenuItem[] }): JSX.Element {
	const [pressed, setPressed] = useState(false);
	const press = (label: string): void => {
		if (!pressed && model.writable) {
			setPressed(true);
			model.say(label);
		}
	};
	return (
		<div class="choices" role="group" aria-label={model.t.value("bot.choices")}>
			{menu.map(({ n, label }) => (
				<button key={n} type="button" class="choice" disabled={pressed || !model.writable} onClick={() => press(label)}>
					<span class="choice-number" aria-hidden="true">{n}</span>
					<span class="grow">{label}</span>
					<Icon path={icons.right} />
				</button>
			))}
		</div>
	);
}

/** "Did this help?", asked once for each answer. */
export function Helpful({ model, pub }: { model: Model; pub: number }): JSX.Element {
	const t = model.t.value;
	const said = model.said.value.get(pub);
	if (said !== undefined) {
		return <p class="helpful-thanks" role="status">{t(said ? "bot.thanks" : "bot.sorry")}</p>;
	}
	return (
		<div class="helpful" role="group" aria-label={t("bot.helpful")}>
			<span>{t("bot.helpful")}</span>
			<button type="button" class="btn" onClick={() => model.feedback(pub, true)}>{t("bot.yes")}</button>
			<button type="button" class="btn" onClick={() => model.feedback(pub, false)}>{t("bot.no")}</button>
		</div>
	);
}

/** Always there while nobody but the machine has answered. */
export function PersonBar({ model }: { model: Model }): JSX.Element | null {
	const t = model.t.value;
	const asking = model.client.pending.some(({ frame }) => frame.human === true);
	if (!model.client.automatic || asking) {
		return null;
	}
	return (
		<div class="person-bar">
			<span class="muted">{t("bot.hint")}</span>
			<button type="button" class="btn" disabled={!model.writable} onClick={() => model.askPerson()}>
				<Icon path={icons.user} />{t("bot.person")}
			</button>
		</div>
	);
}
