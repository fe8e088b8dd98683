/** A socket that speaks trunkline.v1 and keeps every frame that it got. */
import { WebSocket } from "ws";
import { until } from "./wait.ts";

export interface Frame {
	t: string;
	[member: string]: unknown;
}

export class TestSocket {
	readonly frames: Frame[] = [];
	closed: { code: number; reason: string } | undefined;
	private readonly ws: WebSocket;

	constructor(url: string, options: { origin?: string; cookie?: string; protocol?: string | null } = {}) {
		const headers: Record<string, string> = {};
		if (options.cookie !== undefined) {
			headers["cookie"] = options.cookie;
		}
		const protocol = options.protocol === undefined ? "trunkline.v1" : options.protocol;
		this.ws = new WebSocket(url.replace(/^http/, "ws"), protocol === null ? [] : [protocol], {
			headers,
			...(options.origin === undefined ? {} : { origin: options.origin }),
		});
		this.ws.on("message", (data) => this.frames.push(JSON.parse(String(data)) as Frame));
		this.ws.on("close", (code, reason) => (this.closed = { code, reason: String(reason) }));
		this.ws.on("error", (error) => (this.closed ??= { code: 0, reason: error.message }));
	}

	async opened(): Promise<this> {
		await until("the socket opens", () => {
			if (this.closed !== undefined) {
				throw new Error(`the socket was closed: ${this.closed.code} ${this.closed.reason}`);
			}
			return this.ws.readyState === WebSocket.OPEN;
		});
		return this;
	}

	send(frame: Frame): void {
		this.ws.send(JSON.stringify(frame));
	}

	sendText(text: string | Buffer): void {
		this.ws.send(text);
	}

	/** The first frame of this type, from `after` on, that fits. */
	frame(type: string, fits: (frame: Frame) => boolean = () => true, timeoutMs = 8000): Promise<Frame> {
		return until(
			`a frame ${type} (there were: ${this.frames.map((f) => f.t).join(" ")})`,
			() => this.frames.find((f) => f.t === type && fits(f)),
			timeoutMs,
		);
	}

	all(type: string): Frame[] {
		return this.frames.filter((f) => f.t === type);
	}

	forget(): void {
		this.frames.length = 0;
	}

	becomesClosed(timeoutMs = 8000): Promise<{ code: number; reason: string }> {
		return until("the socket closes", () => this.closed, timeoutMs);
	}

	close(): void {
		this.ws.close();
	}

	/** Without a good-bye, as a phone in a tunnel. */
	cut(): void {
		this.ws.terminate();
	}
}

let refCount = 0;
/** A ref as clients make them: 26 characters that grow with time. */
export function makeRef(): string {
	return `${Date.now().toString(36).padStart(10, "0")}${(++refCount).toString(36).padStart(8, "0")}TESTREF0`
		.toUpperCase()
		.slice(0, 26);
}
