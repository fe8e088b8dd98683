/** The one state of the frame. Components read its signals and call its methods. */
import { computed, signal } from "@preact/signals";
import { Rest, RestError, WidgetClient } from "@trunkline/client";
import { pickLocale, translator } from "@trunkline/i18n";
import type { Locale, Translate } from "@trunkline/i18n";
import { messages } from "@trunkline/i18n/widget";
import type { Source } from "@trunkline/i18n/widget";
import { checks } from "@trunkline/protocol";
import type { File as SentFile, Notice, WidgetConfig } from "@trunkline/protocol";
import {
	browserClock, fetchSend, localOutbox, openWebSocket, randomBytes, socketUrl, uploadFile,
} from "@trunkline/ui/browser";

import { parseColour } from "../../bridge/colour";
import type { ToFrame } from "../../bridge/messages";
import { DraftStore } from "./draft";
import { AcceptedNotice } from "./notice";
import { Page } from "./page";
import type { Surroundings } from "./page";
import { buildRows } from "./rows";
import { isRefused, SessionStore } from "./session";
import type { Settings } from "./settings";
import { playTone } from "./sound";
import { Uploads } from "./uploads";

/** `network`: no session yet, tried again by itself. The others need somebody's help. */
export type Blocked = "network" | "key" | "identity" | null;

export interface Viewed {
	readonly file: SentFile;
	readonly url: string;
}

const DEFAULT_MAX_UPLOAD = 20 * 1024 * 1024;
const RETRY_MS = [2_000, 5_000, 15_000, 30_000, 60_000] as const;

export class Model {
	readonly settings: Settings;
	readonly locale = signal<Locale>("zh-CN");
	readonly open = signal(false);
	readonly blocked = signal<Blocked>(null);
	readonly config = signal<WidgetConfig | null>(null);
	readonly draft: DraftStore;
	readonly uploads: Uploads;
	readonly page: Surroundings;
	/** The picture that is looked at in full. */
	readonly viewed = signal<Viewed | null>(null);
	/** Whether automatic answers helped, as she said here. */
	readonly said = signal<ReadonlyMap<number, boolean>>(new Map());
	/** Where she said that she wants to be answered. */
	readonly answerMail = signal("");
	/** How often somebody's unsent things were thrown away. */
	readonly forgotten = signal(0);
	readonly #client: WidgetClient;
	/** Counts what the client says. */
	readonly #revision = signal(0);

	readonly t = computed<Translate<Source>>(() => translator<Source>(messages[this.locale.value]));
	readonly title = computed(() => {
		return this.config.value?.title?.[this.locale.value] ?? (this.client.channelName || this.config.value?.name)
			?? this.t.value("title");
	});
	readonly colour = computed(() => this.settings.colour ?? parseColour(this.config.value?.colour));
	readonly rows = computed(() => {
		const { entries, pending, house, state } = this.client;
		return buildRows({ entries, pending, house, online: state === "online" });
	});
	readonly unread = computed(() => {
		return this.client.unread;
	});

	/** What she has to agree to before she writes; null: nothing. */
	readonly notice = computed<Notice | null>(() => {
		const notice = this.config.value?.notice ?? null;
		return notice !== null && notice.version !== this.#agreed.value ? notice : null;
	});

	readonly #agreed = signal(0);
	readonly #accepted: AcceptedNotice;
	readonly #rest: Rest;
	readonly #session: SessionStore;
	#connecting: Promise<void> = Promise.resolve();
	#attempt = 0;
	#cancelRetry: (() => void) | null = null;
	#changeQueued = false;

	constructor(
		settings: Settings,
		surround: (onMessage: (message: ToFrame) => void) => Surroundings = (onMessage) => new Page(onMessage),
	) {
		this.settings = settings;
		this.locale.value = settings.locale;
		this.#accepted = new AcceptedNotice(settings.key);
		this.#agreed.value = this.#accepted.version;
		this.#rest = new Rest({ send: fetchSend, bearer: () => this.#session.current?.token ?? null });
		this.#session = new SessionStore(this.#rest, settings.key, browserClock.now);
		this.#client = new WidgetClient({
			url: socketUrl("/ws/widget"),
			open: openWebSocket,
			clock: browserClock,
			random: randomBytes,
			store: localOutbox(`trunkline:${settings.key}:outbox:`, checks.widgetSendFrameCheck),
			language: () => this.locale.value,
		});
		this.#client.on("changed", () => this.#changed());
		this.#client.on("revoked", () => this.#revoked());
		this.#client.on("arrived", () => playTone());
		this.draft = new DraftStore(settings.key);
		this.uploads = new Uploads((file, onProgress) =>
			uploadFile(this.#rest.url("/files"), this.#rest.headers("POST"), file, onProgress), this.draft.load().files);
		this.page = surround((message) => {
			switch (message.type) {
				case "hello":
					this.#shown(message.open || this.open.value);
					this.report();
					break;
				case "open":
				case "close":
					this.#shown(message.type === "open");
					break;
				case "identify":
					this.#queue(() => this.#identify(message.token));
					break;
				case "logout":
					this.#queue(() => this.#logout());
					break;
				case "language":
					this.locale.value = pickLocale([message.language]);
					break;
			}
		});
		if (settings.key === "") {
			this.blocked.value = "key";
		} else if (this.#session.current) {
			this.connect();
		} else {
			// For the button's colour and name. Who only passes by gets no session.
			this.#configure().catch(() => undefined);
		}
		if (this.page.alone) {
			this.#shown(true);
		}
		addEventListener("online", () => this.wake());
		document.addEventListener("visibilitychange", () => !document.hidden && this.wake());
	}

	/** It is an app that lets known people in, not a page that anybody may open. */
	get inApp(): boolean {
		return this.config.value?.identity_required === true;
	}

	/** Whoever reads it while drawing is drawn again when the client's state changes. */
	get client(): WidgetClient {
		void this.#revision.value;
		return this.#client;
	}

	get maxUpload(): number {
		return this.config.value?.max_upload ?? DEFAULT_MAX_UPLOAD;
	}

	/** She can write; it may have to wait for the network. */
	get writable(): boolean {
		return this.notice.value === null && (this.blocked.value === null || this.blocked.value === "network");
	}

	/** Rejects when it could not be recorded; a notice that has changed meanwhile is shown anew. */
	async acceptNotice(version: number): Promise<void> {
		await this.#session.ensure(this.locale.value);
		try {
			await this.#rest.post("/widget/notice", checks.acceptedNoticeCheck, { version });
		} catch (error) {
			if (error instanceof RestError && error.status === 400) {
				this.config.value = null;
				await this.#configure();
			}
			throw error;
		}
		this.#agree(version);
	}

	/** Where she wants to be answered. Rejects when it could not be kept. */
	async leaveAddress(address: string): Promise<void> {
		await this.#session.ensure(this.locale.value);
		await this.#rest.keep("/widget/answer-mail", { address });
		this.answerMail.value = address;
	}

	/** Only here: it stays kept until she leaves another. */
	forgetAddress(): void {
		this.answerMail.value = "";
	}

	connect(): void {
		this.#queue(() => this.#connect());
	}

	wake(): void {
		if (this.blocked.value === "network") {
			this.connect();
		} else {
			this.#client.wake();
		}
	}

	close(): void {
		this.page.tell({ type: "close" });
	}

	/** Tells the page what its button should show. */
	report(): void {
		const t = this.t.value;
		const title = this.title.value;
		const unread = this.open.value ? 0 : this.unread.value;
		const label = this.open.value ? t("launcher.close", { title })
			: unread > 0 ? t("launcher.openUnread", { title, count: unread }) : t("launcher.open", { title });
		this.page.tell({ type: "state", unread, label, title, colour: this.colour.value ?? "" });
	}

	send(text: string): void {
		const files = this.uploads.ready;
		this.#client.send(text, files.map(({ id }) => id), files.length > 0 ? { files } : null);
		this.uploads.clear();
	}

	/** A word that needs no typing: a choice of a menu. */
	say(text: string): void {
		this.#client.send(text);
	}

	askPerson(): void {
		this.#client.send(this.t.value("bot.person"), [], null, true);
	}

	feedback(pub: number, helpful: boolean): void {
		if (this.#client.feedback(pub, helpful)) {
			this.said.value = new Map(this.said.value).set(pub, helpful);
		}
	}

	view(file: SentFile, url: string): void {
		this.viewed.value = { file, url };
	}

	hideViewed(): void {
		this.viewed.value = null;
	}

	/** The bytes of a file of her thread. */
	async download(id: string): Promise<Blob> {
		const response = await fetch(this.#rest.url(`/files/${id}`), { headers: this.#rest.headers("GET") });
		if (!response.ok) {
			throw new RestError("failed", `file ${id}`, response.status);
		}
		return response.blob();
	}

	#shown(open: boolean): void {
		this.open.value = open;
		if (open && this.#client.state === "stopped" && this.blocked.value !== "key") {
			this.connect();
		}
	}

	/** Signals settle once for a burst of frames. */
	#changed(): void {
		if (!this.#changeQueued) {
			this.#changeQueued = true;
			queueMicrotask(() => {
				this.#changeQueued = false;
				this.#revision.value++;
			});
		}
	}

	/** One change of session after the other. */
	#queue(task: () => Promise<void>): void {
		this.#cancelRetry?.();
		this.#cancelRetry = null;
		this.#connecting = this.#connecting.then(task).catch((error: unknown) => this.#failed(error, task));
	}

	#failed(error: unknown, task: () => Promise<void>): void {
		if (!(error instanceof RestError)) {
			// A fault of ours: let it be seen, but let the queue go on.
			queueMicrotask(() => {
				throw error;
			});
			return;
		}
		if (error.status === 404 || isRefused(error)) {
			this.blocked.value = "key";
			return;
		}
		this.blocked.value = "network";
		const delay = error.retryAfterMs ?? RETRY_MS[Math.min(this.#attempt++, RETRY_MS.length - 1)] ?? 0;
		this.#cancelRetry = browserClock.after(delay * (1 + browserClock.random() / 4), () => this.#queue(task));
	}

	async #configure(): Promise<void> {
		this.config.value ??= await this.#rest.get("/widget/config", checks.widgetConfigCheck, { key: this.settings.key });
	}

	async #connect(): Promise<void> {
		if (this.#client.state !== "stopped" || this.blocked.value === "identity") {
			return;
		}
		await this.#configure();
		if (this.config.value?.identity_required === true && this.#session.current === null) {
			this.#needIdentity();
			return;
		}
		const { token } = await this.#session.ensure(this.locale.value);
		this.#started();
		this.#client.start(token);
	}

	#started(): void {
		this.blocked.value = null;
		this.#attempt = 0;
	}

	async #identify(identity: string): Promise<void> {
		try {
			const before = this.#session.current;
			const { session, changed } = await this.#session.identify(identity, this.locale.value);
			if (changed && before && before.subject !== null) {
				this.#forgetPerson();
			}
			this.#started();
			if (changed || this.#client.state === "stopped") {
				this.#client.start(session.token, changed);
			}
			await this.#configure();
		} catch (error) {
			if (!isRefused(error)) {
				throw error;
			}
			// Never carried on as somebody anonymous: the page says that this is somebody.
			this.#client.stop();
			this.#needIdentity();
		}
	}

	async #logout(): Promise<void> {
		this.#client.stop();
		this.#forgetPerson();
		this.#client.forget();
		this.blocked.value = null;
		try {
			await this.#session.end();
		} finally {
			if (this.open.value) {
				this.connect();
			}
		}
	}

	#needIdentity(): void {
		this.blocked.value = "identity";
		this.page.tell({ type: "identify" });
	}

	#agree(version: number): void {
		this.#accepted.version = version;
		this.#agreed.value = version;
	}

	/** What she wrote and did not send is hers alone, and so is what she agreed to. */
	#forgetPerson(): void {
		this.#agree(0);
		this.#client.outbox.clear();
		this.uploads.clear();
		this.draft.save({ text: "", files: [] });
		this.viewed.value = null;
		this.said.value = new Map();
		this.forgotten.value++;
	}

	#revoked(): void {
		const session = this.#session.current;
		if (session && session.token !== this.#client.token) {
			// Another window has a newer one.
			this.connect();
			return;
		}
		this.#session.drop(this.#client.token);
		this.#client.forget();
		if (session && session.subject !== null) {
			// Somebody known does not become nobody by herself: the page has to name her again.
			this.#forgetPerson();
			this.#needIdentity();
		} else if (this.open.value) {
			this.connect();
		}
	}
}
