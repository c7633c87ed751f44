import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a process took. */
export interface Cost {
  /** Processor time, in seconds. */
  readonly seconds: number;
  /** The peak of its resident memory, in bytes. */
  readonly memory: number;
  /** The time that its training took, in seconds. */
  readonly training: number;
}

const command = fileURLToPath(new URL("../../../cli/dist/main.js", import.meta.url));
/** Tells at its end what the process took, as the last line of standard error. */
const teller =
  "data:text/javascript," +
  "process.on('exit',()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();" +
  "require('node:fs').writeSync(2,JSON.stringify([(u+s)/1e6,1024*m])+'\\n')});" +
  "import{createRequire}from'node:module';const require=createRequire('file:///');";

/** Runs `scoretape train` on a file, with its report and its pictures. @throws Error if it fails */
export function trained(file: string, out: string, steps: number): Cost {
  const words = [command, "train", file, "--steps", `${steps}`, "--out", out, "--overwrite"];
  const { status, stderr } = spawnSync(process.execPath, ["--import", teller, ...words], {
    encoding: "utf8",
  });
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  // 1 is the code of a model that did not learn, which is no failure of the job.
  if ((status !== 0 && status !== 1) || !last.startsWith("[")) {
    throw new Error(`scoretape train ${file} ended with code ${status}: ${stderr}`);
  }
  const [seconds = Number.NaN, memory = Number.NaN]: number[] = JSON.parse(last);
  const report: { readonly seconds: { readonly training: number } } = JSON.parse(
    readFileSync(`${out}/report.json`, "utf8"),
  );
  return { seconds, memory, training: report.seconds.training };
}
