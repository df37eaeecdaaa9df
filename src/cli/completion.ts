/**
 * What may stand where the cursor is in a command line of gleaner: commands, options and values that are known. Read from the
 * commands themselves (commander's objects), so that a new option is completed without being named here. The shells' scripts
 * (completion-scripts.ts) ask for it at each TAB.
 */
import { Command, type Option } from "commander";
import type { CommandEntry } from "./command-entry.ts";
import { type Place, type Values, valuesAt } from "./completion-values.ts";

export interface Candidate {
  readonly value: string;
  /** One line; "" if there is nothing to say. */
  readonly about: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** The shell offers paths as well. */
  readonly paths: Values["paths"];
}

const NOTHING: Candidates = { candidates: [], paths: "none" };

/** `words`: what stands behind `gleaner`, as the program would get it; the last one is the one being typed, perhaps "". `all`: the commands. */
export async function complete(words: readonly string[], all: readonly CommandEntry[]): Promise<Candidates> {
  const whole = joined(words);
  const [before, typed] = [whole.slice(0, -1), whole.at(-1) ?? ""];
  const [name, ...rest] = before[0] === "help" ? before.slice(1) : before;
  if (name === undefined) return beginningWith(typed, commandCandidates(all, before.length === 0));
  const entry = all.find((each) => each.name === name);
  if (!entry) return NOTHING;
  const command = new Command(entry.name);
  (await entry.load()).register(command, all);
  if (before[0] === "help") return beginningWith(typed, subcommandsOf(command));
  return completeIn(read(command, rest), typed);
}

function commandCandidates(all: readonly CommandEntry[], withOptions: boolean): Candidate[] {
  const commands = all.map(({ name, summary }) => ({ value: name, about: summary }));
  const options = ["help", "--help", "--version"].map((value) => ({ value, about: "" }));
  return withOptions ? [...commands, ...options] : commands;
}

/** Without the hidden ones, and without `help`, which every command has. */
function subcommandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible
    .filter((each) => each.name() !== "help")
    .map((each) => ({ value: each.name(), about: each.description() }));
}

/** Bash cuts `--env=webshop` into three words, and `--env=` into two. */
function joined(words: readonly string[]): string[] {
  const whole: string[] = [];
  for (const [index, word] of words.entries()) {
    const last = whole.at(-1);
    const goesOn = last?.startsWith("-") && (word === "=" || words[index - 1] === "=");
    if (goesOn) whole[whole.length - 1] += word;
    else whole.push(word);
  }
  return whole;
}

/** How far a command line has come. */
interface Reading {
  readonly command: Command;
  /** The words that are neither options nor their values, without the subcommand. */
  readonly operands: readonly string[];
  readonly given: ReadonlyMap<Option, string>;
  /** The option whose value comes next, or may come next. */
  readonly open: Option | undefined;
  /** Behind `--` there are no options. */
  readonly isLiteral: boolean;
}

function read(top: Command, words: readonly string[]): Reading {
  let command = top;
  const operands: string[] = [];
  const given = new Map<Option, string>();
  let open: Option | undefined;
  let isLiteral = false;
  for (const word of words) {
    const isOption = !isLiteral && word.startsWith("-") && word !== "-";
    if (!isOption && open) {
      given.set(open, word);
      if (!open.variadic) open = undefined;
      continue;
    }
    open = undefined;
    if (word === "--" && !isLiteral) isLiteral = true;
    else if (isOption) {
      const [flag, value] = cutAtEquals(word);
      const option = optionsOf(command).find((each) => each.long === flag || each.short === flag);
      if (option) given.set(option, value ?? "");
      if (option && takesValue(option) && value === undefined) open = option;
    } else {
      const below = operands.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (below) command = below;
      else operands.push(word);
    }
  }
  return { command, operands, given, open, isLiteral };
}

function completeIn(reading: Reading, typed: string): Candidates {
  const { command, operands, open, isLiteral } = reading;
  const isOption = !isLiteral && typed.startsWith("-");
  if (isOption && typed.includes("=")) {
    const [flag, value] = cutAtEquals(typed);
    const option = optionsOf(command).find(({ long }) => long === flag);
    if (!option || !takesValue(option)) return NOTHING;
    const { candidates, paths } = offered(placeOf(reading, option), value!);
    return { candidates: candidates.map((each) => ({ ...each, value: `${flag}=${each.value}` })), paths };
  }
  if (isOption) return beginningWith(typed, optionCandidates(reading));
  // The value of a variadic option may go on, or the next argument begins.
  if (open) return offered(placeOf(reading, open), typed);
  const found = offered(placeOf(reading), typed);
  const below = operands.length === 0 ? beginningWith(typed, subcommandsOf(command)).candidates : [];
  return { ...found, candidates: [...below, ...found.candidates] };
}

/** As the help shows them: those of one world where it is named, and none twice that may be given once. */
function optionCandidates({ command, operands, given }: Reading): Candidate[] {
  command.args = [...operands];
  for (const [option, value] of given) if (option.long === "--env") command.setOptionValue("env", value);
  const visible = command.createHelp().visibleOptions(command);
  return visible
    .filter((option) => option.variadic || ![...given.keys()].some(({ long }) => long === option.long))
    .flatMap(({ long, description }) => (long ? [{ value: long, about: description }] : []));
}

/** The value of `option`, or else the next argument. */
function placeOf({ command, operands, given }: Reading, option?: Option): Place {
  const values = [...given].map(([{ long }, value]) => [long ?? "", value] as const);
  const argument = command.registeredArguments[operands.length] ?? command.registeredArguments.at(-1);
  const isOver = operands.length >= command.registeredArguments.length && !argument?.variadic;
  return {
    command: pathOf(command),
    operands,
    given: new Map(values),
    ...(option
      ? { flag: option.long!, name: placeholderOf(option), choices: option.argChoices }
      : argument && !isOver && { name: argument.name(), choices: argument.argChoices }),
  };
}

function offered(place: Place, typed: string): Candidates {
  const { values, paths } = valuesAt(place);
  return {
    ...beginningWith(
      typed,
      values.map((value) => ({ value, about: "" })),
    ),
    paths,
  };
}

function beginningWith(typed: string, candidates: readonly Candidate[]): Candidates {
  return { candidates: candidates.filter(({ value }) => value.startsWith(typed)), paths: "none" };
}

/** A subcommand's, then those of the commands above it. */
function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent ? optionsOf(command.parent) : [])];
}

/** `expert record`. */
export const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

const takesValue = ({ required, optional }: Option) => required || optional;

/** `--out <run>` → `run`. */
export const placeholderOf = ({ flags }: Option): string => /[<[]([^>\].]+)/.exec(flags)?.[1] ?? "";

function cutAtEquals(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
