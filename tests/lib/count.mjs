// Of a report of Vitest: prints "PASSED FAILED"; a file that could not even be loaded has failed
// once. Which tests passed at their second try only goes to another file, one a line.
//   node tests/lib/count.mjs REPORT AGAIN
import { readFileSync, writeFileSync } from "node:fs";

const [report, again] = process.argv.slice(2);
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
console.log(numPassedTests, numFailedTests + broken.length);
const retried = testResults.flatMap(({ name, assertionResults }) => assertionResults
	.filter((test) => test.status === "passed" && test.failureMessages.length > 0)
	.map((test) => `${name.split("/").at(-1)} > ${[...test.ancestorTitles, test.title].filter((title) => title !== "").join(" > ")}`));
writeFileSync(again, retried.map((line) => `${line}\n`).join(""));
