import { readFileSync } from "node:fs";
import { byLibrary } from "./library.ts";

// node main.js FILE: carries out the job that the file tells of.
console.log(JSON.stringify(await byLibrary(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")))));
