/** What went wrong with a file and what to do about it, from an error of Node's file system. */
export function reason(error: unknown): string {
  return reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}

/** Whether an error of Node's file system is of a kind, such as "ENOENT". */
export function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied; choose another place or change its permissions",
  EPERM: "permission denied; choose another place or change its permissions",
  EROFS: "the file system is read-only; choose another place",
  ENOSPC: "the disk is full; make room or choose another disk",
  EDQUOT: "the disk quota is used up; make room or choose another disk",
  ENOTDIR: "a part of the path is a file, not a directory; choose another name or remove that file",
  EEXIST: "a file of that name is in the way; choose another name or remove it",
  EISDIR: "it is a directory; choose another name",
  ENAMETOOLONG: "the name is too long; choose a shorter one",
  ENOENT: "no such file or directory; check the path",
  EIO: "the device failed; choose another disk",
  ENXIO: "nothing takes what is written there; choose another place",
  ELOOP: "its symbolic links lead in a circle; choose another place",
};
