/** A place on the sheet, in pixels from its upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export function distance(a: Place, b: Place): number {
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  return Math.sqrt(dx * dx + dy * dy);
}
