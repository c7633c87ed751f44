/** A function that tells the seconds since it was last called, at first since now. */
export function stopwatch(clock: () => number = () => performance.now()): () => number {
  let last = clock();
  return () => {
    const before = last;
    last = clock();
    return (last - before) / 1000;
  };
}
