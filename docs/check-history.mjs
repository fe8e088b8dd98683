#!/usr/bin/env node
// Checks an exported history (docs/export.md) without Trunkline: recomputes every digest and the
// chain of every timeline, and verifies the house's signature of their ends. Needs nothing but Node.
// Usage: node check-history.mjs FILE.json [heads.pub], the public key as you got it from the house.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const tags = ["algorithm", "previous", "id", "timeline", "seq", "pub", "conversation", "kind", "channel", "channel_kind", "author_kind", "author", "at", "committed_at", "ref", "files", "body"];

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

function field(name, bytes) {
	const head = Buffer.alloc(3);
	head.writeUInt8(tags.indexOf(name) + 1, 0);
	head.writeUInt16BE(bytes.length, 1);
	return Buffer.concat([head, bytes]);
}

function number(name, value) {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value ?? 0)));
	return field(name, bytes);
}

/** The hash of a fact, over its metadata, the digest of its files and the digest of its body. */
function hashOf(fact, timeline, previous) {
	const files = "files" in fact ? (fact.files === null ? null : sha256(fact.files)) : fact.files_digest === null ? null : Buffer.from(fact.files_digest, "hex");
	return sha256(
		field("algorithm", Buffer.from("trunkline-fact-1")),
		field("previous", previous),
		number("id", fact.id),
		number("timeline", timeline),
		number("seq", fact.seq),
		number("pub", fact.pub),
		number("conversation", fact.conversation),
		number("kind", fact.kind),
		number("channel", fact.channel),
		field("channel_kind", Buffer.from(fact.channel_kind)),
		number("author_kind", fact.author_kind),
		number("author", fact.author),
		number("at", fact.at),
		number("committed_at", fact.committed_at),
		field("ref", Buffer.from(fact.ref)),
		field("files", files ?? Buffer.alloc(0)),
		field("body", Buffer.from(fact.body_digest, "hex")),
	);
}

/** What was signed: a line each, ending with the ends of all timelines. */
function sealed(history) {
	const ends = history.heads.map(({ timeline, seq, hash }) => `${timeline} ${seq} ${hash}\n`);
	return Buffer.from(`trunkline-history-head-1\n${history.exported_at}\n${history.customer.id}\n${history.notes ? "notes" : "no notes"}\n${ends.join("")}`);
}

function checkSignature(history, publicKey) {
	const { signed, heads } = history;
	if (!signed || !heads) {
		return publicKey === undefined ? [] : ["the history is not signed"];
	}
	const ends = history.timelines.map(({ timeline, facts }) => ({ timeline, seq: facts.length, hash: facts.at(-1)?.hash ?? "0".repeat(64) }));
	const faults = [];
	if (ends.length !== heads.length || ends.some((end, i) => end.timeline !== heads[i].timeline || end.seq !== heads[i].seq || end.hash !== heads[i].hash)) {
		faults.push("the timelines do not end where the house signed them");
	}
	const key = createPublicKey(publicKey ?? signed.key);
	if (key.asymmetricKeyType !== "ed25519" || !verify(null, sealed(history), key, Buffer.from(signed.signature, "base64url"))) {
		faults.push(publicKey === undefined ? "the signature is wrong" : "the signature is not of this key");
	}
	return faults;
}

/** Names a public key, to be compared with what the house says. */
function fingerprint(key) {
	return sha256(createPublicKey(key).export({ type: "spki", format: "der" })).toString("hex");
}

/**
 * What is wrong with a history; nothing: it is as it was written.
 * @param {any} history
 * @param {string} [publicKey] PEM; without one the key inside the file is taken, which proves no more than that the file is of one piece
 * @returns {string[]}
 */
export function check(history, publicKey) {
	const faults = [];
	if (history.format !== "trunkline-history-1") {
		return ["this is no history of format trunkline-history-1"];
	}
	for (const { timeline, facts } of history.timelines) {
		let previous = Buffer.alloc(32);
		facts.forEach((fact, index) => {
			const where = `timeline ${timeline}, number ${fact.seq}`;
			if (fact.seq !== index + 1) {
				faults.push(`${where}: number ${index + 1} was expected`);
			}
			if ("body" in fact && !sha256(Buffer.from(fact.salt, "hex"), fact.body).equals(Buffer.from(fact.body_digest, "hex"))) {
				faults.push(`${where}: the text was changed`);
			}
			if (!hashOf(fact, timeline, previous).equals(Buffer.from(fact.hash, "hex"))) {
				faults.push(`${where}: the fact or what was before it was changed`);
			}
			previous = Buffer.from(fact.hash, "hex");
		});
	}
	return [...faults, ...checkSignature(history, publicKey)];
}

if (process.argv[1]?.endsWith("check-history.mjs")) {
	const history = JSON.parse(readFileSync(process.argv[2], "utf8"));
	const publicKey = process.argv[3] === undefined ? undefined : readFileSync(process.argv[3], "utf8");
	const faults = check(history, publicKey);
	for (const fault of faults) {
		console.log(fault);
	}
	const facts = (history.timelines ?? []).flatMap((one) => one.facts);
	const hidden = facts.filter((fact) => fact.withheld || fact.erased).length;
	console.log(`${facts.length} facts, ${hidden} of them without their text: ${faults.length === 0 ? "unchanged" : `${faults.length} faults`}`);
	for (const { timeline, facts: chain } of history.timelines ?? []) {
		console.log(`timeline ${timeline} ends with ${chain.at(-1)?.hash ?? "nothing"}`);
	}
	if (history.signed) {
		console.log(`signed with the key ${fingerprint(publicKey ?? history.signed.key)}${publicKey === undefined ? ", which the file itself names: compare it with the house's" : ""}`);
	} else {
		console.log("not signed");
	}
	process.exit(faults.length === 0 ? 0 : 1);
}
