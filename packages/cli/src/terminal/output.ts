import { isCode, reason } from "../files/reason.ts";

/**
 * Sees to a stream that fails: one whose reader has seen enough, as `head` has, or a full disk. The work goes on, for it
 * may have files to write; the first failure of another kind than a reader's leave is told.
 */
export function onFailure(stream: NodeJS.WritableStream, tell: (reason: string) => void): void {
  let told = false;
  stream.on("error", (error) => {
    if (told || isCode(error, "EPIPE") || isCode(error, "ERR_STREAM_DESTROYED")) return;
    told = true;
    tell(reason(error));
  });
}
