/** An element of the page by its id. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

/** Says where the work is: in words to the reader, in an attribute to a program. */
export function report(state: "running" | "done" | "failed", text: string): void {
  document.body.dataset["state"] = state;
  element("status", HTMLElement).textContent = text;
}

/** A field of a form by its name. */
export function fieldOf<T extends Element | RadioNodeList>(
  form: HTMLFormElement,
  name: string,
  kind: new () => T,
): T {
  const found = form.elements.namedItem(name);
  if (!(found instanceof kind)) throw new Error(`the form has no ${name}`);
  return found;
}

/** A whole number of an address's query. Throws at what is none, or out of its range. */
export function wholeNumber(
  query: URLSearchParams,
  key: string,
  unlessSaid: number,
  [least, most]: readonly [least: number, most?: number],
): number {
  const value = Number(query.get(key) ?? unlessSaid);
  if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return value;
  throw new RangeError(
    `${key}=${query.get(key)}: give a whole number from ${least} ${most === undefined ? "on" : `to ${most}`}`,
  );
}
