/* Where there is no channel yet, the inbox can only be empty: its administrator begins with the
 * first steps, unless she has put them away or asked for another page. */
import { useRoute, useRouter } from "vue-router";
import { useFirstSteps } from "../stores/firstSteps";

export function useFirstVisit(): void {
	const steps = useFirstSteps();
	const route = useRoute();
	const router = useRouter();
	const next = route.query["next"] ?? "/";
	/* Straight after the log-in its page is still the present one. */
	const toInbox = route.path === "/inbox" || (route.path === "/login" && (next === "/" || next === "/inbox"));

	void steps.load().then(() => {
		const stillThere = route.path === "/inbox" || route.path === "/login";
		if (toInbox && stillThere && steps.pending && steps.channel === null) {
			void router.replace("/welcome");
		}
	});
}
