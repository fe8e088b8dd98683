// Writes .br and .gz beside every text file of dist: the server compresses nothing by itself.
// Small ones are left alone, and a variant that saves nothing is not written.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const TEXT = /\.(html|js|css|svg|json|txt|map|webmanifest)$/;
const MIN_BYTES = 256;

const compressors = {
	".br": (bytes) => brotliCompressSync(bytes, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
			[constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
		},
	}),
	".gz": (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

let plain = 0;
let small = 0;
let count = 0;
for (const name of readdirSync(dist, { recursive: true })) {
	const path = join(dist, name);
	if (/\.(br|gz)$/.test(name)) {
		// Of a file that is gone, or made again below.
		rmSync(path);
	}
}
for (const name of readdirSync(dist, { recursive: true })) {
	const path = join(dist, name);
	if (!TEXT.test(name) || !statSync(path).isFile()) {
		continue;
	}
	const bytes = readFileSync(path);
	if (bytes.length < MIN_BYTES) {
		continue;
	}
	count++;
	plain += bytes.length;
	for (const [suffix, compress] of Object.entries(compressors)) {
		const compressed = compress(bytes);
		if (compressed.length < bytes.length) {
			writeFileSync(path + suffix, compressed);
			small += suffix === ".br" ? compressed.length : 0;
		}
	}
}
console.log(`compressed ${count} files: ${Math.round(plain / 1024)} KB, by brotli ${Math.round(small / 1024)} KB`);
