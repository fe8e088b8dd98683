/** A channel keeps its icon and hue everywhere: the icon's name, and the value of `data-ch`. */
const marks: Readonly<Record<string, string>> = {
	webchat: "web",
	app: "app",
	phone: "phone",
	email: "email",
	sender: "email",
	wechat: "wechat",
	sms: "sms",
	telegram: "send",
	counter: "counter",
};

export function channelMark(kind: string): string {
	return marks[kind] ?? "web";
}

/** Marks are named like their icons. */
export const channelIcon = channelMark;
