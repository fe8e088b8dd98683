// The rules of our C that neither compiler nor clang-format know: who may include whom,
// sizes, banned calls, how headers look. Prints one line a finding, then a line a rule.
import { basename } from "node:path";
import { functionsOf, readSources } from "./sources.mjs";

const FILE_LINES_MAX = 800;
const FUNCTION_LINES_MAX = 100;

// Module -> what it may include besides itself and base.
const LAYERS = {
	base: [],
	model: [],
	net: [],
	store: ["model"],
	backup: ["model", "store"],
	channels: ["model"],
	knowledge: ["model", "store/store.h"],
	flow: ["model", "desk", "STORE", "CHANNELS", "knowledge"],
	desk: ["model", "flow", "STORE", "CHANNELS", "knowledge"],
	crm: ["model", "flow", "desk", "STORE", "CHANNELS", "knowledge"],
	api: ["model", "net", "flow", "desk", "crm", "STORE", "CHANNELS", "knowledge"],
};
// Headers through which the others use these modules.
const PUBLIC = {
	STORE: /^store\/(store|read|read_identity|read_search|verify|house_signature)\.h$/,
	CHANNELS: /^channels\/(channel|registry|[a-z]+\/(?!\w*_row)[a-z0-9]+)\.h$/,
};

const BANNED = {
	"strcpy strcat sprintf vsprintf gets strncpy strncat": "use str_copy() or struct buf",
	"strtok atoi atol atoll atof": "use str_parse_i64()",
	"system popen alloca tmpnam mktemp": "never",
	"rand srand random": "use random_bytes()",
	"localtime gmtime asctime ctime": "not thread-safe",
	"time gettimeofday clock_gettime sleep usleep": "time comes from base/clock.h",
};
// The real clock itself, and a wait that a virtual one would never end.
const BANNED_EXCEPT = /^server\/base\/(clock|queue)\.c$/;

const sources = readSources(["server", "channels", "knowledge"]);
const findings = new Map();

function check(rule, test) {
	findings.set(rule, []);
	for (const source of sources) {
		test(source, (line, text) => findings.get(rule).push(`${source.path}:${line}: ${text}`));
	}
}

function moduleOf(path) {
	const parts = path.split("/");
	return parts[0] === "server" ? parts[1] : parts[0];
}

check("layering", (source, report) => {
	const module = moduleOf(source.path);
	const allowed = LAYERS[module];
	if (allowed === undefined) {
		return; // main.c and the commands may use everything
	}
	source.lines.forEach((line, index) => {
		const included = /^#include "([^"]+)"/.exec(line)?.[1];
		const target = included && moduleOf(included);
		if (!included || target === module || target === "base") {
			return;
		}
		const fine = allowed.some((entry) => PUBLIC[entry]?.test(included) ?? false) ||
			allowed.includes(target) || allowed.includes(included);
		if (!fine) {
			report(index + 1, `${module} may not include ${included}`);
		}
	});
});

check("sizes", (source, report) => {
	if (source.lines.length > FILE_LINES_MAX) {
		report(1, `${source.lines.length} lines; split it before ${FILE_LINES_MAX}`);
	}
	for (const { line, length } of functionsOf(source)) {
		if (length > FUNCTION_LINES_MAX) {
			report(line, `a function of ${length} lines; at most ${FUNCTION_LINES_MAX}`);
		}
	}
});

check("banned calls", (source, report) => {
	if (BANNED_EXCEPT.test(source.path)) {
		return;
	}
	for (const [names, advice] of Object.entries(BANNED)) {
		const pattern = new RegExp(`(?<![\\w.>])(${names.replaceAll(" ", "|")})\\s*\\(`);
		source.code.forEach((line, index) => {
			const name = pattern.exec(line)?.[1];
			if (name) {
				report(index + 1, `${name}(): ${advice}`);
			}
		});
	}
});

check("headers", (source, report) => {
	if (!source.path.endsWith(".h")) {
		return;
	}
	if (!source.text.startsWith("/*")) {
		report(1, "begins with a comment: what for, who owns what, which thread");
	}
	const guard = source.path.replace(/^server\//, "").toUpperCase().replace(/[/.]/g, "_");
	if (!source.text.includes(`#ifndef ${guard}\n#define ${guard}\n`)) {
		report(1, `the include guard is ${guard}`);
	}
});

check("own header first", (source, report) => {
	const own = source.path.replace(/^server\//, "").replace(/\.c$/, ".h");
	const first = source.lines.findIndex((line) => line.startsWith("#include"));
	const has = source.lines.findIndex((line) => line === `#include "${own}"`);
	if (has >= 0 && has !== first && basename(source.path) !== "json.c") {
		report(has + 1, `${own} comes first`);
	}
});

// What a message says is checked in one place for all ways out of the house, and answered in one
// for all ways in. Commands fill and mend the database beside the server.
const GATE = /^server\/(flow\/(ingest|answers)\.c|store\/|command\/|backup\/)/;
check("one gate for messages", (source, report) => {
	if (GATE.test(source.path) || !source.text.includes("CHANGE_POST")) {
		return;
	}
	source.code.forEach((line, index) => {
		if (/\bstore_(submit|call)\s*\(/.test(line)) {
			report(index + 1, "messages go through ingest_submit()");
		}
	});
});

check("shape", (source, report) => {
	source.code.forEach((line, index) => {
		if (/^typedef\s+(struct|union|enum)\b[^(]*$/.test(line)) {
			report(index + 1, "no typedef for structs");
		}
		if (/\s$/.test(source.lines[index])) {
			report(index + 1, "trailing white space");
		}
		if (/\b(TODO|FIXME|XXX)\b(?! #\d)/.test(source.lines[index])) {
			report(index + 1, "a TODO needs an issue number");
		}
		if (/^\s*#\s*if\s+0\b/.test(line)) {
			report(index + 1, "dead code");
		}
	});
});

for (const [rule, list] of findings) {
	for (const finding of list) {
		console.log(finding);
	}
	console.log(`${list.length === 0 ? "ok" : "not ok"} ${rule}`);
}
