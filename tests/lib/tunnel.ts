/** A line between browser and server that can be cut: nothing passes, nothing says good-bye. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Tunnel {
	private readonly lines = new Set<Socket>();
	private open = true;
	private readonly listener: Server;

	private constructor(private readonly target: number) {
		this.listener = createServer((client) => this.join(client));
	}

	static async to(port: number): Promise<Tunnel> {
		const tunnel = new Tunnel(port);
		await new Promise<void>((resolve) => tunnel.listener.listen(0, "127.0.0.1", resolve));
		return tunnel;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
	}

	/** From now on connections break, and new ones too. */
	cut(): void {
		this.open = false;
		this.lines.forEach((line) => line.destroy());
	}

	mend(): void {
		this.open = true;
	}

	async close(): Promise<void> {
		this.cut();
		await new Promise((resolve) => this.listener.close(resolve));
	}

	private join(client: Socket): void {
		if (!this.open) {
			client.destroy();
			return;
		}
		const server = connect(this.target, "127.0.0.1");
		for (const [line, other] of [[client, server], [server, client]] as const) {
			this.lines.add(line);
			line.on("error", () => other.destroy());
			line.on("close", () => {
				this.lines.delete(line);
				other.destroy();
			});
		}
		client.pipe(server);
		server.pipe(client);
	}
}
