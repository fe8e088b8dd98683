/** A mail server that misbehaves as told: for what a real one does only on its worst days. */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** `end`: hangs up when it has the whole mail, before it answers; `middle`: in the midst of it. */
export type Fault = "none" | "end" | "middle";

export class FaultySmtp {
	readonly mails: string[] = [];
	connections = 0;
	fault: Fault = "none";

	private constructor(private readonly server: Server) {
		server.on("connection", (socket) => this.talk(socket));
	}

	static async open(): Promise<FaultySmtp> {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return new FaultySmtp(server);
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	close(): Promise<void> {
		return new Promise((resolve) => this.server.close(() => resolve()));
	}

	private talk(socket: Socket): void {
		let received = "";
		let data = false;
		this.connections++;
		socket.setEncoding("latin1");
		socket.on("error", () => undefined);
		socket.write("220 faulty.example ESMTP\r\n");
		socket.on("data", (text) => {
			received += String(text);
			if (data) {
				if (this.fault === "middle") {
					socket.destroy();
				} else if (received.endsWith("\r\n.\r\n")) {
					this.mails.push(received);
					data = false;
					received = "";
					if (this.fault === "end") {
						socket.destroy();
					} else {
						socket.write("250 OK\r\n");
					}
				}
				return;
			}
			for (let end = received.indexOf("\r\n"); end >= 0 && !data; end = received.indexOf("\r\n")) {
				const line = received.slice(0, end).toUpperCase();
				received = received.slice(end + 2);
				data = line === "DATA";
				socket.write(data ? "354 go on\r\n" : line === "QUIT" ? "221 bye\r\n" : "250 fine\r\n");
			}
		});
	}
}
