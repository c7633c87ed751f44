/** The package manager that runs this, by what it says of itself in `npm_config_user_agent`. */
export function managerOf(agent: string): string {
  return /^(pnpm|yarn|bun)\b/.exec(agent)?.[1] ?? "npm";
}

/** What to write to a package manager: npm alone keeps flags for itself that no `--` is before. */
export function invocation(agent: string, directory: string, template: string): string {
  const manager = managerOf(agent);
  return `${manager} create scoretape ${directory} ${manager === "npm" ? "-- " : ""}--template ${template}`;
}
