/* Who is logged in here, what the server allows, and what the person may do. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { anything, checks, get, isStatus, patch, post, remove } from "../app/api";
import type { Session, SessionConfig } from "@trunkline/protocol";
import type { Staff } from "../shared/types";

/* The farewell to the old session comes by another way and may be a little later. */
const renewingMs = 2000;

export const useSession = defineStore("session", () => {
	const me = ref<Staff | null>(null);
	const csrf = ref<string | null>(null);
	const config = ref<SessionConfig>({});
	const restored = ref(false);
	/* Why the log-in page is shown although nobody asked for it. */
	const endedBy = ref<"" | "revoked">("");

	/* I end or renew my own session: what the server then says about the old one is no surprise. */
	const renewing = ref(false);

	const isSupervisor = computed(() => me.value !== null && me.value.role !== "agent");
	const isAdministrator = computed(() => me.value?.role === "administrator");

	function accept(reply: Session): void {
		me.value = reply.staff;
		csrf.value = reply.csrf;
		config.value = reply.config ?? config.value;
		endedBy.value = "";
	}

	async function restore(): Promise<void> {
		try {
			accept(await get("/session", checks.sessionCheck));
			restored.value = true;
		} catch (error) {
			if (!isStatus(error, 401)) {
				throw error;
			}
			restored.value = true;
		}
	}

	async function logIn(login: string, password: string): Promise<void> {
		accept(await post("/session", checks.sessionCheck, { login, password }));
		accept(await get("/session", checks.sessionCheck));
	}

	function end(reason: "" | "revoked" = ""): void {
		if (me.value === null) {
			return;
		}
		me.value = null;
		csrf.value = null;
		endedBy.value = reason;
	}

	async function logOut(): Promise<void> {
		renewing.value = true;
		try {
			await remove("/session");
		} finally {
			renewing.value = false;
			end();
		}
	}

	async function saveLanguage(language: string): Promise<void> {
		if (me.value !== null && me.value.language !== language) {
			await patch("/staff/me", anything, { language });
			me.value = { ...me.value, language };
		}
	}

	async function changePassword(old: string, next: string): Promise<void> {
		renewing.value = true;
		try {
			await post("/staff/me/password", anything, { old, new: next });
			/* A changed password makes a new session and with it a new token. */
			accept(await get("/session", checks.sessionCheck));
		} finally {
			setTimeout(() => {
				renewing.value = false;
			}, renewingMs);
		}
	}

	return {
		me,
		csrf,
		config,
		restored,
		endedBy,
		renewing,
		isSupervisor,
		isAdministrator,
		restore,
		logIn,
		logOut,
		end,
		saveLanguage,
		changePassword,
	};
});
