/**
 * Mutants that change nothing that anybody could notice, by the line that they change, with the reason.
 * @type {readonly { file: string, before: string, after: string, reason: string }[]}
 */
export const equivalents = [];
