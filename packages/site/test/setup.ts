import { fileURLToPath } from "node:url";
import { writeApiPages } from "../markdown/api/pages.ts";

/** The pages of the API are written once, before files of tests look at them side by side. */
export default async function setup(): Promise<void> {
  await writeApiPages(fileURLToPath(new URL("../pages/api", import.meta.url)));
}
