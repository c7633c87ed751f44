// Prints the results of the program, as Node, Deno and Bun do.
import { results } from "./results.mjs";

console.log(JSON.stringify(await results()));
