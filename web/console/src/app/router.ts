import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import { useSession } from "../stores/session";
import type { Role } from "../shared/types";

declare module "vue-router" {
	interface RouteMeta {
		/* Shown without the rail, and without a session. */
		plain?: boolean;
		title?: string;
		roles?: readonly Role[];
	}
}

const supervisors: readonly Role[] = ["supervisor", "administrator"];
const administrators: readonly Role[] = ["administrator"];

const routes: readonly RouteRecordRaw[] = [
	{ path: "/", redirect: "/inbox" },
	{
		path: "/login",
		name: "login",
		component: () => import("../features/login/LoginPage.vue"),
		meta: { plain: true, title: "login.title" },
	},
	{
		path: "/inbox/:tab(mine|unassigned|all|filter|mentions)?/:customer(\\d+)?",
		name: "inbox",
		component: () => import("../features/inbox/InboxPage.vue"),
		meta: { title: "shell.inbox" },
	},
	{
		path: "/customers",
		name: "customers",
		component: () => import("../features/customers/CustomersPage.vue"),
		meta: { title: "shell.customers" },
	},
	{
		path: "/visit/:customer(\\d+)?",
		name: "visit",
		component: () => import("../features/visit/VisitPage.vue"),
		meta: { title: "shell.visit" },
	},
	{
		path: "/quick-replies",
		name: "quick-replies",
		component: () => import("../features/quick/QuickRepliesPage.vue"),
		meta: { title: "shell.quickReplies" },
	},
	{
		path: "/answers/:tab?/:place(new|\\d+)?",
		name: "answers",
		component: () => import("../features/answers/AnswersPage.vue"),
		meta: { title: "shell.answers" },
	},
	{
		path: "/customers/import",
		name: "imports",
		component: () => import("../features/customers/ImportPage.vue"),
		meta: { title: "imports.title", roles: supervisors },
	},
	{
		path: "/customers/import/:id(\\d+)",
		name: "import",
		component: () => import("../features/customers/ImportJobPage.vue"),
		meta: { title: "imports.title", roles: supervisors },
	},
	{
		path: "/transcripts/:customer(\\d+)?",
		name: "transcripts",
		component: () => import("../features/transcripts/TranscriptsPage.vue"),
		meta: { title: "shell.transcripts" },
	},
	{
		path: "/profile",
		name: "profile",
		component: () => import("../features/profile/ProfilePage.vue"),
		meta: { title: "profile.title" },
	},
	{
		path: "/live",
		name: "live",
		component: () => import("../features/live/LivePage.vue"),
		meta: { title: "shell.live", roles: supervisors },
	},
	{
		path: "/welcome",
		name: "welcome",
		component: () => import("../features/welcome/WelcomePage.vue"),
		meta: { title: "shell.welcome", roles: administrators },
	},
	{
		path: "/admin/audit",
		name: "audit",
		component: () => import("../features/admin/AuditPage.vue"),
		meta: { title: "shell.audit", roles: supervisors },
	},
	{
		path: "/admin/staff",
		name: "staff",
		component: () => import("../features/admin/StaffPage.vue"),
		meta: { title: "shell.staff", roles: administrators },
	},
	{
		path: "/admin/fields",
		name: "fields",
		component: () => import("../features/admin/FieldsPage.vue"),
		meta: { title: "shell.fields", roles: administrators },
	},
	{
		path: "/admin/channels",
		name: "channels",
		component: () => import("../features/admin/ChannelsPage.vue"),
		meta: { title: "shell.channels", roles: administrators },
	},
	{
		path: "/admin/api-keys",
		name: "api-keys",
		component: () => import("../features/admin/ApiKeysPage.vue"),
		meta: { title: "shell.apiKeys", roles: administrators },
	},
	{
		path: "/:rest(.*)*",
		name: "missing",
		component: () => import("./MissingPage.vue"),
		meta: { title: "shell.missing.title" },
	},
];

export const router = createRouter({
	history: createWebHistory(import.meta.env.BASE_URL),
	routes: [...routes],
});

router.beforeEach(async (to) => {
	const session = useSession();
	if (!session.restored) {
		try {
			await session.restore();
		} catch {
			/* The server is away: the log-in page says so and can try again. */
			return to.name === "login" ? true : { name: "login", query: { next: to.fullPath, away: "1" } };
		}
	}
	if (session.me === null) {
		return to.meta.plain === true ? true : { name: "login", query: { next: to.fullPath } };
	}
	if (to.name === "login") {
		return { path: "/inbox" };
	}
	if (to.meta.roles !== undefined && !to.meta.roles.includes(session.me.role)) {
		return { path: "/inbox" };
	}
	return true;
});
