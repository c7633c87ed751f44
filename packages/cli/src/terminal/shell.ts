/** A word as a shell takes it: in quotes if it has to be. */
export function inShell(word: string): string {
  return /^[\p{L}\p{N}_./@:+%,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
