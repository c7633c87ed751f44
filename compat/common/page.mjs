// Puts the results of the program into the page.
import { results } from "./results.mjs";

try {
  document.body.dataset.results = JSON.stringify(await results());
} catch (error) {
  document.body.dataset.results = `failed: ${error}`;
}
