import cliProgress from "cli-progress";

/** Where a progress bar is drawn: standard error, so that standard output stays clean for results. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

export interface ProgressOptions {
  /** The step at which the run ends. */
  readonly steps: number;
  /** The step at which it begins, when it resumes; 0 by default. */
  readonly from?: number;
  readonly stream?: ProgressStream;
  /** Milliseconds; only differences count. */
  readonly clock?: () => number;
}

export interface Progress {
  /** Shows that `step` steps are done and the latest loss, if there is one. */
  update(step: number, loss?: number): void;
  /** Leaves the bar as it stands and gives the line back. Safe to call twice. */
  stop(): void;
}

/**
 * A progress bar with step, loss, steps per second and time left. Draws nothing when the stream is not a
 * terminal. Works inside a loop that never yields to the event loop: each update may redraw.
 */
export function progress(options: ProgressOptions): Progress {
  const { steps, from = 0, stream = process.stderr, clock = () => performance.now() } = options;
  if (stream.isTTY !== true) return { update: () => {}, stop: () => {} };

  const bar = new cliProgress.SingleBar({
    stream,
    fps: 8,
    hideCursor: true,
    barsize: 28,
    format: (barOptions, { progress: share }, { readout }: { readout: string }) =>
      `${cliProgress.Format.BarFormat(share, barOptions)} ${readout}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  const started = clock();
  bar.start(steps, from, { readout: readout(from, steps, from, 0, undefined) });
  let running = true;
  return {
    update(step, loss) {
      if (running) bar.update(step, { readout: readout(step, steps, from, clock() - started, loss) });
    },
    stop() {
      if (running) bar.stop();
      running = false;
    },
  };
}

/** The text beside the bar: `1,200/4,000 · loss −0.8132 · 310 steps/s · 9 s left`. */
export function readout(
  step: number,
  steps: number,
  from: number,
  elapsed: number,
  loss: number | undefined,
): string {
  const done = step - from;
  const rate = elapsed > 0 ? (1000 * done) / elapsed : 0;
  return [
    `${step.toLocaleString("en")}/${steps.toLocaleString("en")}`,
    ...(loss === undefined ? [] : [`loss ${loss.toPrecision(4)}`]),
    ...(rate > 0 ? [`${rate.toPrecision(3)} steps/s`, `${duration((steps - step) / rate)} left`] : []),
  ].join(" · ");
}

/** 42 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
