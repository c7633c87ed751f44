// Prints the closing line of a test run, `N passed, N failed`, from vitest's JSON report (its path is the argument),
// and exits with 1 unless tests ran and all of them passed.
import { readFileSync } from "node:fs";

/**
 * What is used of vitest's JSON report.
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult
 * @typedef {{ success: boolean, numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: FileResult[] }} Report
 */

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("report-tests: give the path of vitest's JSON report");
/** @type {Report} */
const report = JSON.parse(readFileSync(path, "utf8"));

// A file that does not load has no test to fail; it counts as one failure.
const broken = report.testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
).length;
const passed = report.numPassedTests;
const failed = report.numFailedTests + broken;
const skipped = report.numPendingTests + report.numTodoTests;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = report.success && failed === 0 && passed > 0 ? 0 : 1;
