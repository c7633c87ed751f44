import { quickMicro, runSuite, thoroughMicro } from "./suite.ts";
import { suites } from "./suites.ts";

// Runs one suite, in a process of its own, and writes its records as JSON, one a line.
const [name, effort] = process.argv.slice(2);
const suite = suites.find((one) => one.name === name);
if (suite === undefined)
  throw new RangeError(`no suite "${name}"; there are ${suites.map((one) => one.name).join(", ")}`);
const records = await runSuite(suite, effort === "quick" ? quickMicro : thoroughMicro);
process.stdout.write(records.map((record) => `${JSON.stringify(record)}\n`).join(""), () => process.exit(0));
