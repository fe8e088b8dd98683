/* node ws + mysql2 at their best: all that waits goes into one INSERT, as soon as the last one
 * is committed.    ws_group.js PORT AGENTS SOCKET */
import { INSERT, openConnection } from "./database.js";
import { serveRooms } from "./rooms.js";

const BATCH_MAX = 1000;

const [port, agentCount, socketPath] = process.argv.slice(2);
const connection = await openConnection(socketPath);
let waiting = [];
let isWriting = false;

async function writeAll() {
	isWriting = true;
	while (waiting.length > 0) {
		const batch = waiting.splice(0, BATCH_MAX);
		const rows = batch.map(({ message }) => [
			message.conv,
			message.seq,
			message.conv,
			1,
			2,
			message.body,
			Date.now(),
		]);
		const [result] = await connection.query(`${INSERT} VALUES ?`, [rows]);
		batch.forEach(({ message, sender }, index) =>
			deliver(message, result.insertId + index, sender),
		);
	}
	isWriting = false;
}

const deliver = serveRooms(Number(port), Number(agentCount), (message, sender) => {
	waiting.push({ message, sender });
	if (!isWriting) {
		isWriting = true;
		setImmediate(writeAll);
	}
});
