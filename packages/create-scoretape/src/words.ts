import { parseArgs } from "node:util";
import { invocation } from "./manager.ts";
import { Mistake } from "./mistake.ts";
import { isTemplate, type TemplateName, templates } from "./templates.ts";

/** What the command line says. */
export interface Words {
  readonly help: boolean;
  readonly version: boolean;
  readonly directory?: string;
  readonly template?: TemplateName;
}

/**
 * @param agent - What the package manager says of itself.
 * @throws {@link Mistake} for flags and templates that there are not, and more than one directory.
 */
export function readWords(words: readonly string[], agent: string): Words {
  // Some package managers pass on the dashes that npm takes for itself.
  const { values, positionals } = parsed(words.filter((word) => word !== "--"));
  const { template, help = false, version = false } = values;
  const [directory, more] = positionals;
  if (directory !== undefined && more !== undefined) {
    // npm without the dashes drops the flag, and leaves its value.
    const remedy = isTemplate(more) ? `, as in ${invocation(agent, directory, more)}` : "";
    throw new Mistake(`${directory} and ${more}: give one directory${remedy}`);
  }
  if (template !== undefined && !isTemplate(template)) throw new Mistake(noTemplate(template));
  return {
    help,
    version,
    ...(directory === undefined ? {} : { directory }),
    ...(template === undefined ? {} : { template }),
  };
}

/** Why a template is none. */
export function noTemplate(name: string): string {
  return `there is no template ${JSON.stringify(name)}: choose one of ${Object.keys(templates).join(", ")}`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        template: { type: "string", short: "t" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node explains at length how a positional argument may begin with a dash.
    throw new Mistake(`${error.message.split(". ")[0] ?? error.message}; --help tells what there is`);
  }
}
