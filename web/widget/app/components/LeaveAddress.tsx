import type { JSX, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";

import type { Model } from "../state/model";

/** Nobody is there by the calendar: what she asks is answered by mail, if she says where to. */
export function LeaveAddress({ model }: { model: Model }): JSX.Element | null {
	const t = model.t.value;
	const [address, setAddress] = useState("");
	const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
	const { client } = model;
	const left = model.answerMail.value;
	if (!client.known || client.online || client.hours?.open !== false || !client.answersByMail) {
		return null;
	}
	const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
		event.preventDefault();
		setState("busy");
		try {
			await model.leaveAddress(address.trim());
			setState("idle");
		} catch {
			setState("failed");
		}
	};
	if (left !== "") {
		return (
			<div class="leave" role="status">
				<span class="grow">{t("leave.kept", { address: left })}</span>
				<button type="button" class="btn is-plain" onClick={() => model.forgetAddress()}>{t("leave.change")}</button>
			</div>
		);
	}
	return (
		<form class="leave" onSubmit={(event) => void submit(event)}>
			<label class="leave-label" for="leave-address">{t("leave.label")}</label>
			<input
				id="leave-address" class="input grow" type="email" required maxLength={190} autocomplete="email"
				value={address} placeholder="name@example.com" aria-invalid={state === "failed" || undefined}
				onInput={(event) => setAddress(event.currentTarget.value)}
			/>
			<button type="submit" class="btn" disabled={state === "busy"}>{t("leave.save")}</button>
			{state === "failed" && <p class="hint" role="alert">{t("leave.failed")}</p>}
		</form>
	);
}
