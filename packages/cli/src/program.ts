import { Argument, Command, Option } from "commander";
import type { Call } from "./call.ts";
import { type Flag, groups, optionOf, type Use } from "./flags/flag.ts";
import { type FlagName, type FlagsOf, flags, flagsOf } from "./flags/table.ts";
import { type Verb, verbNames } from "./flags/verb.ts";
import { versionOf } from "./report/version.ts";
import type { Io } from "./terminal/io.ts";
import { UserError } from "./terminal/user-error.ts";
import { type VerbDeclaration, verbs } from "./verbs.ts";

export interface ProgramOptions {
  readonly io: Io;
  /** Whether help shows every flag, in groups, and not only those that most people need. */
  readonly all: boolean;
}

/** The command line as the tables of verbs and flags declare it. */
export function programFor({ io, all }: ProgramOptions): Command {
  const program = new Command("scoretape")
    .description("Learns the score of a data set, samples from it and draws it.")
    .version(versionOf("scoretape"), "-V, --version")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText("after", "\nscoretape <command> --help-all shows every flag of a command.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Errors are told by the caller, on one line.
      outputError: () => {},
    });
  for (const name of verbNames) addVerb(program, name, { io, all });
  return program;
}

function addVerb<V extends Verb>(program: Command, name: V, { io, all }: ProgramOptions): void {
  const verb: VerbDeclaration<V> = verbs[name];
  const { summary, operands, load } = verb;
  const command = program.command(name).description(summary);
  for (const { value, help, default: otherwise } of operands) {
    const operand = new Argument(value.metavar, help).argParser((text) => value.parse(text, value.metavar));
    command.addArgument(otherwise === undefined ? operand : operand.default(otherwise));
  }
  const declared = flagsOf(name);
  for (const [flagName, flag, use] of declared) {
    for (const option of optionsFor(flagName, flag, use)) {
      command.addOption(
        option.hideHelp(!all && flag.common !== true).helpGroup(all ? groups[flag.group] : "Options:"),
      );
    }
    // That a flag is off unless given needs no words in the help.
    if (use.default === false) command.setOptionValueWithSource(flagName, false, "default");
  }
  const hidden = declared.filter(([, { common }]) => common !== true).length;
  if (!all && hidden > 0) command.addHelpText("after", `\n--help-all shows ${hidden} more, in groups.`);
  command.action(async () => {
    const given = new Set<FlagName>();
    for (const [flagName, flag, use] of declared) {
      if (command.getOptionValueSource(flagName) !== "cli") continue;
      if (isFlagName(flagName)) given.add(flagName);
      checkUse(optionOf(flagName), use.onlyWith ?? flag.onlyWith ?? {}, command.opts());
    }
    const values: readonly unknown[] = command.processedArgs;
    if (!areOperands(verb, values)) throw new TypeError(`${name}: operands are missing that it needs`);
    const run = await load();
    await run({ operands: values, flags: command.opts<FlagsOf<V>>(), given, io });
  });
}

function areOperands<V extends Verb>(
  { operands }: VerbDeclaration<V>,
  values: readonly unknown[],
): values is Call<V>["operands"] {
  return operands.every(({ value }, i) => typeof values[i] === "string" || value.metavar.startsWith("["));
}

function optionsFor(name: string, flag: Flag<unknown>, use: Use<unknown>): Option[] {
  const { value, help } = { value: flag.value, help: flag.help, ...use };
  const long = optionOf(name);
  const option = new Option(value.metavar === "" ? long : `${long} ${value.metavar}`, help);
  if (value.metavar !== "") option.argParser((text) => value.parse(text, long));
  if (use.default !== undefined && use.default !== false)
    option.default(use.default, value.show(use.default));
  return value.negatable === true
    ? [option, new Option(long.replace("--", "--no-"), "the opposite")]
    : [option];
}

/** @throws UserError if a flag would change nothing beside the others */
function checkUse(
  option: string,
  onlyWith: Readonly<Record<string, readonly string[]>>,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [other, wanted] of Object.entries(onlyWith)) {
    if (wanted.includes(String(values[other]))) continue;
    const list = wanted.map((value) => `${optionOf(other)} ${value}`).join(" or ");
    throw new UserError(`${option} is for ${list}; leave it out, or add that`);
  }
}

function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(flags, name);
}
