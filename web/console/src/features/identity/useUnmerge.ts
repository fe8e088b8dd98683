/* Takes back an attachment or a merge: from a toast, or from the history of merges. */
import { useI18n } from "vue-i18n";
import { checks, get, post } from "../../app/api";
import { refusalOf } from "../../app/refusal";
import { useToasts } from "../../stores/toasts";

export interface Unmerging {
	/* True when they are apart. */
	unmerge(customer: string, merge: string, reason?: string): Promise<boolean>;
	/* Says that two are one now, with the way back. */
	tell(text: string, customer: string, merge: string): void;
	/* The same where only the two customers are known. */
	tellAttached(text: string, from: string, to: string): Promise<void>;
}

export function useUnmerge(): Unmerging {
	const { t } = useI18n();
	const toasts = useToasts();

	async function unmerge(customer: string, merge: string, reason = ""): Promise<boolean> {
		try {
			await post(`/customers/${customer}/unmerge`, checks.mergeAnswerCheck, { merge, ...(reason === "" ? {} : { reason }) });
			toasts.show(t("identity.undone"));
			return true;
		} catch (error) {
			const { code, text } = refusalOf(error);
			toasts.show(code === "offline" ? t("common.offline") : t("common.failed", { text }), "danger");
			return false;
		}
	}

	function tell(text: string, customer: string, merge: string): void {
		toasts.show(text, "plain", () => void unmerge(customer, merge));
	}

	async function tellAttached(text: string, from: string, to: string): Promise<void> {
		try {
			const list = await get(`/customers/${to}/merges`, checks.mergeListCheck);
			const made = list.items.find((merge) => merge.source.id === from && merge.may_undo);
			if (made !== undefined) {
				tell(text, to, made.id);
				return;
			}
		} catch {
			/* It is done all the same; the history of merges has the way back. */
		}
		toasts.show(text);
	}

	return { unmerge, tell, tellAttached };
}
