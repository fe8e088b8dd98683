/* Who is on which plain WebSocket: /?role=c&id=N is the customer of conversation N,
 * /?role=a&id=N the agent of all conversations that are N modulo agents. */
import { WebSocketServer } from "ws";

export function serveRooms(port, agentCount, onMessage) {
	const agents = new Map();
	const server = new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false });
	server.on("connection", (socket, request) => {
		const query = new URL(request.url, "http://localhost").searchParams;
		if (query.get("role") === "a") {
			agents.set(Number(query.get("id")), socket);
		}
		socket.on("message", (data) => onMessage(JSON.parse(data), socket));
	});
	return function deliver(message, id, sender) {
		agents.get(message.conv % agentCount)?.send(JSON.stringify({ ...message, id }));
		sender.send(JSON.stringify({ t: "ack", seq: message.seq, id }));
	};
}
