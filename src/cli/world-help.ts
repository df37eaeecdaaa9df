/**
 * What a command's help shows of the worlds: the options that every world takes, or, where a world is named (`gleaner play
 * webshop --help`), exactly those of that world.
 */
import { type Command, Help, type Option } from "commander";
import { z } from "zod";
import { ENVIRONMENTS, environmentNamed } from "../worlds/open.ts";

/** Flags of most worlds, by the name that an environment's schema gives to the option. */
const COMMON = ["data", "maxSteps", "option"];

/** Options that do something in one world only, though no schema knows them: `--port` of the shop's page. */
const ONLY_IN = new WeakMap<Option, string>();

/** `option`, shown in the help where `world` is named. */
export function onlyIn(world: string, option: Option): Option {
  ONLY_IN.set(option, world);
  return option;
}

/** A world's options, by name, as JSON Schema; empty for a name that is no world of ours. */
export function optionsOfWorld(world: string): Readonly<Record<string, WorldOption>> {
  const entry = environmentNamed(world);
  if (!entry) return {};
  return z.toJSONSchema(entry.schema, { io: "input", unrepresentable: "any" }).properties as Record<
    string,
    WorldOption
  >;
}

/** The part of a JSON Schema that is used here. */
export interface WorldOption {
  readonly type?: string;
  readonly enum?: readonly string[];
}

/**
 * Lets the help of `command` show the flags in `flags` (by attribute, such as `maxSteps`) only for worlds that take them.
 * `example` names a world in this command's way: `gleaner play webshop --help`.
 */
export function helpByWorld(command: Command, flags: readonly string[], example: string): Command {
  const isShown = (option: Option, world: string | undefined): boolean => {
    const only = ONLY_IN.get(option);
    if (only !== undefined) return only === world;
    const name = option.attributeName();
    if (!flags.includes(name)) return true;
    return world === undefined ? COMMON.includes(name) : name === "option" || name in optionsOfWorld(world);
  };
  return command
    .configureHelp({
      ...command.configureHelp(),
      visibleOptions(asked) {
        const world = worldNamedIn(asked);
        return new Help().visibleOptions(asked).filter((option) => isShown(option, world));
      },
    })
    .addHelpText("after", ({ command: asked }) => textAfter(worldNamedIn(asked), flags, example));
}

/** The world that stands in the command line that asks for help. */
function worldNamedIn(command: Command): string | undefined {
  const { env } = command.opts<{ env?: unknown }>();
  return [...command.args, String(env)].find((word) => environmentNamed(word) !== undefined);
}

function textAfter(world: string | undefined, flags: readonly string[], example: string): string {
  if (world === undefined) {
    const names = Object.keys(ENVIRONMENTS).join(", ");
    return `\nA world's own options are shown where it is named: ${example}\nWorlds: ${names}`;
  }
  const others = Object.entries(optionsOfWorld(world)).filter(([name]) => !flags.includes(name));
  if (others.length === 0 || !flags.includes("option")) return "";
  return [
    "",
    `With --option, ${world} also takes:`,
    ...others.map(([name, told]) => `  ${name}=${valueText(told)}`),
  ].join("\n");
}

function valueText({ type, enum: choices }: WorldOption): string {
  if (choices) return choices.join("|");
  return type === "integer" || type === "number" ? "N" : type === "boolean" ? "true|false" : "…";
}
