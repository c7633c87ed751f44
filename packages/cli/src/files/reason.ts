/** What went wrong with a file and what to do about it, from an error of Node's file system. */
export function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
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
  ELOOP: "its symbolic links lead in a circle; choose another place",
};
