/* socket.io + mysql2: rooms as its manual shows them, each message awaits its own INSERT.
 *   socketio.js PORT AGENTS SOCKET */
import { createServer } from "node:http";
import { Server } from "socket.io";
import { insertMessage, openPool } from "./database.js";

const [port, agentCount, socketPath] = process.argv.slice(2);
const pool = await openPool(socketPath);
const http = createServer();
const io = new Server(http);
io.on("connection", (socket) => {
	const { role, id: number } = socket.handshake.query;
	if (role === "a") {
		socket.join(`agent:${number}`);
	}
	socket.on("msg", async (message) => {
		const id = await insertMessage(pool, message);
		io.to(`agent:${message.conv % Number(agentCount)}`).emit("msg", { ...message, id });
		socket.emit("ack", { seq: message.seq, id });
	});
});
http.listen(Number(port), "127.0.0.1");
