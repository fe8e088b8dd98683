/** What the page and the frame tell each other. Both sides check where a message comes from,
 * name the exact origin it goes to, and read it with these parsers. */
export type ToFrame =
	| { readonly type: "hello"; readonly open: boolean }
	| { readonly type: "open" }
	| { readonly type: "close" }
	| { readonly type: "identify"; readonly token: string }
	| { readonly type: "logout" }
	| { readonly type: "language"; readonly language: string };

export type ToPage =
	| { readonly type: "close" }
	/** To an app: a signed identity is needed, or a new one. */
	| { readonly type: "identify" }
	| { readonly type: "state"; readonly unread: number; readonly label: string; readonly title: string; readonly colour: string };

interface Envelope {
	readonly trunkline?: unknown;
	readonly type?: unknown;
	readonly [member: string]: unknown;
}

/** Marks our messages among others that pages send to themselves. */
export const wrap = <Message extends ToFrame | ToPage>(message: Message): Message & { trunkline: 1 } =>
	({ ...message, trunkline: 1 });

const MAX_TEXT = 8192;

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_TEXT;

function open(data: unknown): Envelope | null {
	const envelope = data as Envelope | null;
	return typeof envelope === "object" && envelope !== null && envelope.trunkline === 1 ? envelope : null;
}

export function parseToPage(data: unknown): ToPage | null {
	const message = open(data);
	if (message?.type === "close") {
		return { type: "close" };
	}
	if (message?.type !== "state") {
		return null;
	}
	const { unread, label, title, colour } = message;
	return Number.isSafeInteger(unread) && isText(label) && isText(title) && isText(colour)
		? { type: "state", unread: unread as number, label, title, colour }
		: null;
}

export function parseToFrame(data: unknown): ToFrame | null {
	const message = open(data);
	switch (message?.type) {
		case "open":
		case "close":
		case "logout":
			return { type: message.type };
		case "hello":
			return { type: "hello", open: message["open"] === true };
		case "identify": {
			const token = message["token"];
			return isText(token) ? { type: "identify", token } : null;
		}
		case "language": {
			const language = message["language"];
			return isText(language) ? { type: "language", language } : null;
		}
		default:
			return null;
	}
}
