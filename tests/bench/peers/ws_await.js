/* node ws + mysql2: each message awaits its own INSERT.    ws_await.js PORT AGENTS SOCKET */
import { insertMessage, openPool } from "./database.js";
import { serveRooms } from "./rooms.js";

const [port, agentCount, socketPath] = process.argv.slice(2);
const pool = await openPool(socketPath);
const deliver = serveRooms(Number(port), Number(agentCount), async (message, sender) => {
	const id = await insertMessage(pool, message);
	deliver(message, id, sender);
});
