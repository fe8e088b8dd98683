/* What the palette offers for a text: actions and pages by name, loaded conversations at once,
 * customers from the server a moment after typing stopped. */
import { computed, ref, watch, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { checks, get } from "../../app/api";
import { useDestinations } from "../../app/navigation";
import { channelIcon } from "../../shared/channel";
import type { Customer } from "../../shared/types";
import { useCustomerName } from "../../shared/useCustomerName";
import { useConversations } from "../../stores/conversations";
import { usePreferences } from "../../stores/preferences";
import { canRun, runShortcut, type ShortcutName } from "./registry";

export interface PaletteItem {
	key: string;
	icon: string;
	label: string;
	detail?: string;
	shortcut?: string;
	to?: string;
	run?: () => void;
}

const maxConversations = 8;
const maxCustomers = 8;
const waitMs = 150;

const actions: readonly { name: ShortcutName; icon: string; key: string }[] = [
	{ name: "take", icon: "user", key: "T" },
	{ name: "assign", icon: "transfer", key: "A" },
	{ name: "resolve", icon: "check", key: "E" },
	{ name: "reply", icon: "send", key: "R" },
	{ name: "note", icon: "note", key: "N" },
];

function contains(label: string, words: string): boolean {
	return label.toLocaleLowerCase().includes(words);
}

export function usePalette(
	text: Ref<string>,
	shortcuts: () => void,
): { items: ComputedRef<PaletteItem[]>; searching: Ref<boolean> } {
	const { t } = useI18n();
	const conversations = useConversations();
	const preferences = usePreferences();
	const destinations = useDestinations();
	const nameOf = useCustomerName();
	const found = ref<readonly Customer[]>([]);
	const searching = ref(false);
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asked = 0;

	async function search(words: string): Promise<void> {
		const mine = ++asked;
		try {
			const page = await get("/customers", checks.customerPageCheck, { q: words, limit: maxCustomers });
			if (mine === asked) {
				found.value = page.items;
			}
		} catch {
			/* The rest of the palette works without the server. */
		} finally {
			if (mine === asked) {
				searching.value = false;
			}
		}
	}

	watch(text, (words) => {
		clearTimeout(timer);
		asked += 1;
		found.value = [];
		searching.value = words.trim() !== "";
		if (searching.value) {
			timer = setTimeout(() => void search(words.trim()), waitMs);
		}
	});

	function actionItems(): PaletteItem[] {
		const offered = actions
			.filter((action) => canRun(action.name))
			.map((action) => ({
				key: `do-${action.name}`,
				icon: action.icon,
				label: t(`shortcuts.action.${action.name}`),
				shortcut: action.key,
				run: () => void runShortcut(action.name),
			}));
		const pages = destinations.value.map((page) => ({
			key: `page-${page.name}`,
			icon: page.icon,
			label: t("palette.goTo", { page: t(page.label) }),
			to: page.to,
		}));
		return [...offered, ...pages, ...houseItems()];
	}

	function houseItems(): PaletteItem[] {
		const next = preferences.theme === "dark" ? "light" : "dark";
		return [
			{
				key: "theme",
				icon: "moon",
				label: t(`palette.theme.${next}`),
				run: () => {
					preferences.theme = next;
				},
			},
			{ key: "help", icon: "bolt", label: t("shortcuts.title"), shortcut: "?", run: shortcuts },
		];
	}

	function conversationItems(words: string): PaletteItem[] {
		const items: PaletteItem[] = [];
		for (const one of conversations.items.values()) {
			if (conversations.currentOf(one.customer)?.id !== one.id) {
				continue;
			}
			const label = nameOf({
				id: one.customer,
				name: one.customer_name ?? "",
				anonymous: one.anonymous ?? true,
			});
			if (one.state !== "resolved" && (contains(label, words) || contains(one.preview, words))) {
				items.push({
					key: `conversation-${one.id}`,
					icon: channelIcon(one.channel_kind),
					label,
					detail: one.preview,
					to: `/inbox/all/${one.customer}`,
				});
			}
			if (items.length === maxConversations) {
				break;
			}
		}
		return items;
	}

	const items = computed(() => {
		const words = text.value.trim().toLocaleLowerCase();
		const fixed = actionItems().filter((item) => contains(item.label, words));
		if (words === "") {
			return [...fixed, ...conversationItems("").slice(0, 5)];
		}
		const open = conversationItems(words);
		const shown = new Set(open.map((item) => item.to));
		const customers = found.value
			.map((customer) => ({
				key: `customer-${customer.id}`,
				icon: "user",
				label: nameOf(customer),
				detail: customer.company,
				to: `/inbox/all/${customer.id}`,
			}))
			.filter((item) => !shown.has(item.to));
		return [...open, ...customers, ...fixed];
	});

	return { items, searching };
}
