/** What a device that can do nothing any more says. */
export function lostDevice(reason: string): Error {
  return new Error(
    `the GPU was lost (${reason}): what has been read from it remains, all else is gone; ` +
      "make a new backend with gpu(), compile again and go on from what was read last",
  );
}
