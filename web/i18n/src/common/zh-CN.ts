export default {
	languages: { "zh-CN": "中文", en: "English" },
	channels: {
		webchat: "网页",
		phone: "电话",
		app: "App",
		email: "邮件",
		wechat: "微信",
		sms: "短信",
		telegram: "Telegram",
		counter: "柜台",
	},
	day: { today: "今天", yesterday: "昨天" },
} as const;
