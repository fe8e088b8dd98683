/* The table that all peers write, dropped and made anew at each start. They run side by side,
 * so each has a database of its own, named after its script. */
import { basename } from "node:path";
import mysql from "mysql2/promise";

const DATABASE = `bench_${basename(process.argv[1], ".js")}`;
const POOL_SIZE = 10;

export const INSERT =
	"INSERT INTO message(conversation_id, seq, customer_id, author, channel, body, created_at)";

async function createTable(socketPath) {
	const connection = await mysql.createConnection({ socketPath, user: "root" });
	await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
	await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
	await connection.query(
		`CREATE TABLE ${DATABASE}.message(id BIGINT PRIMARY KEY AUTO_INCREMENT,
			conversation_id BIGINT NOT NULL, seq INT NOT NULL, customer_id BIGINT NOT NULL,
			author INT NOT NULL, channel INT NOT NULL, body VARCHAR(4000) NOT NULL,
			created_at BIGINT NOT NULL, KEY place(conversation_id, seq)) ENGINE=InnoDB`,
	);
	await connection.end();
}

/* One connection out of few for each message, as most Node servers do it. */
export async function openPool(socketPath) {
	await createTable(socketPath);
	return mysql.createPool({
		socketPath,
		user: "root",
		database: DATABASE,
		connectionLimit: POOL_SIZE,
	});
}

/* One connection for whoever makes the batches. */
export async function openConnection(socketPath) {
	await createTable(socketPath);
	return mysql.createConnection({ socketPath, user: "root", database: DATABASE });
}

export async function insertMessage(pool, message) {
	const [result] = await pool.execute(`${INSERT} VALUES(?, ?, ?, ?, ?, ?, ?)`, [
		message.conv,
		message.seq,
		message.conv,
		1,
		2,
		message.body,
		Date.now(),
	]);
	return result.insertId;
}
