/* Starts the live line for the person who is logged in, and tells the stores what it says. */
import type { ConsoleClient } from "@trunkline/client";
import { onBeforeUnmount } from "vue";
import { useCalls } from "../stores/calls";
import { useConnection } from "../stores/connection";
import { useConversations } from "../stores/conversations";
import { useDrafts } from "../stores/drafts";
import { useFields } from "../stores/fields";
import { useFirstSteps } from "../stores/firstSteps";
import { useFilters } from "../stores/filters";
import { useHours } from "../stores/hours";
import { useMentions } from "../stores/mentions";
import { useMailboxes } from "../stores/mailboxes";
import { useNotifications } from "../stores/notifications";
import { useQuickReplies } from "../stores/quickReplies";
import { useRules } from "../stores/rules";
import { useSession } from "../stores/session";
import { useStaff } from "../stores/staff";
import { useThreads } from "../stores/threads";
import { useWrapUp } from "../stores/wrapUp";
import { useVisits } from "../stores/visits";

const renewAfterMs = 500;

export function useLive(): void {
	const session = useSession();
	const connection = useConnection();
	const conversations = useConversations();
	const threads = useThreads();
	const staff = useStaff();
	const calls = useCalls();
	const quickReplies = useQuickReplies();
	const rules = useRules();
	const notifications = useNotifications();
	const mentions = useMentions();
	const wrapUp = useWrapUp();
	const filters = useFilters();
	const hours = useHours();
	const fields = useFields();
	const visits = useVisits();
	const firstSteps = useFirstSteps();
	const me = session.me?.id ?? "";

	function follow(client: ConsoleClient): void {
		client.on("entry", ({ entry, conversation }) => {
			threads.applyEntry(entry);
			if (conversation !== null) {
				conversations.apply(conversation);
				firstSteps.consider(conversation);
				void notifications.consider(entry, conversation);
			}
			calls.applyEntry(entry);
		});
		client.on("mark", (mark) => {
			threads.applyMark(mark.customer, mark);
			if (mark.party === me) {
				conversations.setInboundRead(mark.timeline, mark.inbound_read);
			}
		});
		client.on("delivery", ({ customer, delivery }) => threads.applyDelivery(customer, delivery));
		client.on("typing", ({ customer, who, on }) => {
			if (!(who.kind === "staff" && who.id === me)) {
				threads.applyTyping(customer, who, on);
			}
		});
		client.on("customer", ({ customer, members }) => {
			if (customer.primary === customer.id) {
				conversations.rehome(customer, members);
			}
			conversations.rename(customer.id, customer.name, customer.anonymous);
			threads.announce(customer.id);
			void threads.refreshDetail(customer.id);
		});
	}

	function followHouse(client: ConsoleClient): void {
		client.on("welcome", (welcome) => {
			staff.put(welcome.me);
			staff.replacePresence(welcome.presence);
			staff.replaceViewers(welcome.viewers);
			calls.restore(welcome.calls);
			/* Who was away may have been named meanwhile. */
			void mentions.load();
			void visits.flush();
		});
		client.on("quick_reply", ({ reply }) => quickReplies.apply(reply));
		client.on("rules", () => rules.changed());
		client.on("resync", () => {
			quickReplies.reloadSoon();
			rules.changed();
			void conversations.resync();
			void threads.resync();
		});
		client.on("presence", (frame) => {
			staff.setPresence(frame);
			if (frame.staff === me && (frame.state === "online" || frame.state === "away" || frame.state === "wrapup")) {
				connection.adopt({ state: frame.state, reason: frame.reason ?? "" });
			}
		});
		client.on("mentions", (frame) => {
			void mentions.load();
			if (frame.new !== undefined) {
				notifications.mentioned(frame.new);
			}
		});
		client.on("filters", () => void filters.load());
		client.on("hours", (frame) => void hours.heard(frame));
		client.on("viewers", (frame) => staff.setViewers(frame.customer, frame.staff));
		client.on("call", (frame) => {
			calls.ring(frame);
			if (frame.call.result === "completed" && frame.call.staff === me) {
				wrapUp.after("call");
			}
		});
		client.on("bye", (frame) => {
			if (frame.code === "revoked" && !session.renewing) {
				session.end("revoked");
			}
		});
	}

	/* What was asked for before the line was there may tell of the time before that. */
	function catchUp(client: ConsoleClient): void {
		const stop = client.on("state", (state) => {
			if (state === "online") {
				stop();
				void conversations.resync();
				void threads.catchUpAll();
			}
		});
	}

	/* After a changed password the line begins anew with the new session. */
	function renew(client: ConsoleClient): void {
		client.on("state", (state) => {
			if (state === "stopped" && session.renewing) {
				setTimeout(() => session.me !== null && client.start(), renewAfterMs);
			}
		});
	}

	useDrafts().open(me);
	visits.open(me);
	void staff.load().catch(() => undefined);
	void filters.load();
	void fields.load().catch(() => undefined);
	const client = connection.start(me);
	follow(client);
	followHouse(client);
	catchUp(client);
	renew(client);
	threads.wire({
		fetchRange: async (timeline, after) => (await client.range(timeline, after)).entries,
		follow: (customers) => {
			client.watch(customers);
			staff.keepViewers("thread", customers);
		},
	});
	const stopTitle = notifications.start();

	onBeforeUnmount(() => {
		stopTitle();
		connection.stop();
		conversations.clear();
		threads.clear();
		staff.clear();
		mentions.clear();
		filters.clear();
		fields.clear();
		calls.clear();
		quickReplies.clear();
		rules.clear();
		useMailboxes().clear();
		visits.close();
		firstSteps.clear();
	});
}
