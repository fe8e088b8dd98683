import type { Translated } from "../translate";
import type zhCN from "./welcome.zh-CN";

export default {
	open: "Continue the first steps",
	title: "Installed. Now let the first customer in.",
	text: "Four steps, about ten minutes. You can leave at any time; how far you came is remembered.",
	finishedTitle: "All is ready",
	finishedText: "A channel is connected, messages arrive, colleagues are here. More channels and settings are under Administration.",
	finish: "Go to the inbox",
	skip: "Not now",
	private: "Everything stays on this machine. No outside connection is made unless a channel needs one.",
	admin: { title: "Administrator", text: "You are logged in as {name} ({login}). The first password was shown once; better change it now." },
	channel: {
		title: "Connect a channel",
		text: "Web chat works at once and needs nobody else's approval.",
		done: "“{name}” is made. Paste this line into your website.",
		webchat: "One line of HTML on your website",
		nameHint: "Such as: Website support",
		site: "Your website",
		siteHelp: "Only this site may show the chat; you can add it later.",
		create: "Create the web chat",
		other: "Connect another channel",
		noSite: "There is no website yet: the chat shows on the test page only. Add it here:",
	},
	message: {
		title: "See the first message arrive",
		text: "What a customer writes on the page appears here once it is stored.",
		waiting: "Waiting for the first message…",
		offline: "The connection to the server was lost; waiting goes on once it is back.",
		try: "Open the test page",
		tryText: "Without touching your website: write a line as a customer would.",
		arrived: "The first message has arrived:",
		answer: "Answer it",
	},
	colleagues: { title: "Invite colleagues", text: "An account each; the password is shown once, hand it over in person." },
} satisfies Translated<typeof zhCN>;
