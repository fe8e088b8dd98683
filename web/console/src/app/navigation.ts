/* The pages that a person may open, in the order of the rail. */
import { computed, type ComputedRef } from "vue";
import { useFirstSteps } from "../stores/firstSteps";
import { useSession } from "../stores/session";

export interface Destination {
	name: string;
	icon: string;
	label: string;
	/* Where there is little room, instead of the label. */
	short?: string;
	to: string;
	group: "work" | "house";
}

export function useDestinations(): ComputedRef<Destination[]> {
	const session = useSession();
	const steps = useFirstSteps();
	return computed(() => {
		const pages: Destination[] = [
			{ name: "inbox", icon: "inbox", label: "shell.inbox", to: "/inbox", group: "work" },
			{ name: "customers", icon: "user", label: "shell.customers", to: "/customers", group: "work" },
			{ name: "transcripts", icon: "book", label: "shell.transcripts", short: "shell.short.transcripts", to: "/transcripts", group: "work" },
			{ name: "visit", icon: "counter", label: "shell.visit", to: "/visit", group: "work" },
			{ name: "quick-replies", icon: "bolt", label: "shell.quickReplies", short: "shell.short.quickReplies", to: "/quick-replies", group: "work" },
			{ name: "answers", icon: "bot", label: "shell.answers", short: "shell.short.answers", to: "/answers", group: "work" },
		];
		if (session.isSupervisor) {
			pages.push(
				{ name: "live", icon: "pulse", label: "shell.live", short: "shell.short.live", to: "/live", group: "work" },
				{ name: "audit", icon: "shield", label: "shell.audit", to: "/admin/audit", group: "house" },
			);
		}
		if (steps.pending) {
			pages.push({ name: "welcome", icon: "spark", label: "shell.welcome", to: "/welcome", group: "house" });
		}
		if (session.isAdministrator) {
			pages.push(
				{ name: "staff", icon: "task", label: "shell.staff", to: "/admin/staff", group: "house" },
				{ name: "fields", icon: "filter", label: "shell.fields", to: "/admin/fields", group: "house" },
				{ name: "channels", icon: "web", label: "shell.channels", to: "/admin/channels", group: "house" },
				{ name: "api-keys", icon: "lock", label: "shell.apiKeys", to: "/admin/api-keys", group: "house" },
			);
		}
		return pages;
	});
}
