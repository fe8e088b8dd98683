import { createPinia } from "pinia";
import { createApp, watch } from "vue";
import "../styles/index.css";
import { useNotifications } from "../stores/notifications";
import { usePreferences } from "../stores/preferences";
import { useSession } from "../stores/session";
import { configureApi } from "./api";
import App from "./App.vue";
import { i18n, preferredLanguage, setLanguage } from "./language";
import { router } from "./router";
import { followTheme } from "./theme";

async function start(): Promise<void> {
	const app = createApp(App);
	app.use(createPinia());
	app.use(i18n);
	const session = useSession();
	const preferences = usePreferences();
	const notifications = useNotifications();
	configureApi({
		csrf: () => session.csrf,
		unauthenticated: () => session.end("revoked"),
	});
	followTheme();
	await setLanguage(preferredLanguage());
	watch(() => preferences.language, () => void setLanguage(preferredLanguage()));
	/* A new browser speaks the language that the person chose elsewhere. */
	watch(
		() => session.me?.language,
		(language) => {
			if (preferences.language === null && (language === "en" || language === "zh-CN")) {
				preferences.language = language;
			}
		},
	);
	watch(
		() => session.me === null && session.restored,
		(out) => {
			const now = router.currentRoute.value;
			if (out && now.name !== undefined && now.meta.plain !== true) {
				/* Who logs out goes; who was logged out comes back to the same place. */
				void router.push({ name: "login", query: session.endedBy === "" ? {} : { next: now.fullPath } });
			}
		},
	);
	router.afterEach((to) => retitle(to.meta.title));
	watch(
		() => i18n.global.locale,
		() => retitle(router.currentRoute.value.meta.title),
	);
	function retitle(key: string | undefined): void {
		notifications.setPageTitle(key === undefined ? "Trunkline" : `${i18n.global.t(key)} · Trunkline`);
	}
	app.use(router);
	app.mount("#app");
}

void start();
