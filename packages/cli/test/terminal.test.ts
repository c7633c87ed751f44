import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { duration, progress, readout } from "../src/terminal/progress.ts";
import { UserError } from "../src/terminal/user-error.ts";

class Screen extends Writable {
  readonly columns = 120;
  text = "";

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  cursorTo(): boolean {
    return true;
  }

  clearLine(): boolean {
    return true;
  }

  moveCursor(): boolean {
    return true;
  }
}

describe("progress", () => {
  test("is silent when the stream is not a terminal", () => {
    const pipe = new Screen(false);
    const bar = progress({ steps: 10, stream: pipe });
    bar.update(5, 1);
    bar.stop();
    expect(pipe.text).toBe("");
  });

  test("shows step, loss, speed and time left on a terminal, and frees the line", () => {
    const screen = new Screen(true);
    let now = 0;
    const bar = progress({ steps: 4000, from: 1000, stream: screen, clock: () => now });
    now = 10_000;
    bar.update(2000, -0.81324);
    bar.stop();
    bar.stop();
    bar.update(3000, 7);
    expect(screen.text).toContain("2,000/4,000 · loss -0.8132 · 100 steps/s · 20 s left");
    expect(screen.text).not.toContain("3,000");
    expect(screen.text.split("\n")).toHaveLength(2);
  });

  test("speed and time left count from where a resumed run began", () => {
    expect(readout(1500, 2000, 1000, 1000, undefined)).toBe("1,500/2,000 · 500 steps/s · 1 s left");
    expect(readout(0, 2000, 0, 0, undefined)).toBe("0/2,000");
  });

  test("durations", () => {
    expect([0.4, 59.6, 200, 7500].map(duration)).toEqual(["0 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]);
  });
});

describe("UserError", () => {
  test("is one line and ends the program with code 2", () => {
    const error = new UserError("first\n  second\u001b[31m");
    expect(error.message).toBe("first second [31m");
    expect(error.exitCode).toBe(2);
  });
});
