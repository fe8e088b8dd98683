import type { Translated } from "../translate";
import type zhCN from "./zh-CN";

export default {
	languages: { "zh-CN": "中文", en: "English" },
	channels: {
		webchat: "Web",
		phone: "Phone",
		app: "App",
		email: "Email",
		wechat: "WeChat",
		sms: "SMS",
		telegram: "Telegram",
		counter: "Counter",
	},
	day: { today: "Today", yesterday: "Yesterday" },
} satisfies Translated<typeof zhCN>;
