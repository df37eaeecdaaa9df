/** `gleaner serve`: offers a world to other programs on this machine, by OpenEnv's protocol, AgentGym's, or as JSON lines. */
import { type Command, Option } from "commander";
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { agentgymKey } from "../../importers/worlds/scienceworld.ts";
import { serveAgentGym } from "../../servers/agentgym/server.ts";
import { LOOPBACK } from "../../servers/loopback.ts";
import { type Serving, serveOpenEnv } from "../../servers/openenv/server.ts";
import { serveStdio } from "../../servers/stdio.ts";
import { openBenchmark } from "../../worlds/open.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, WORLD } from "../environment-flags.ts";
import { aboveZero, positiveInteger, wholeNumber } from "../flags.ts";
import { beforeEnding } from "../signals.ts";
import { print, printable } from "../terminal.ts";
import { version } from "../version.ts";
import { onlyIn } from "../world-help.ts";

const PROTOCOLS = ["openenv", "agentgym", "stdio"] as const;
type Protocol = (typeof PROTOCOLS)[number];

interface ServeFlags extends EnvironmentFlags {
  readonly protocol: Protocol;
  readonly seed?: number;
  readonly host?: string;
  readonly port?: number;
  readonly sessions?: number;
  readonly idle?: number;
  readonly split?: string;
  readonly mappings?: string;
}

const DEFAULTS = { host: "127.0.0.1", port: 8000, sessions: 256, idle: 3600 } as const;

/** Flags that mean something in some protocols only, and which these are. */
const ONLY_IN: Readonly<Partial<Record<keyof ServeFlags, readonly Protocol[]>>> = {
  host: ["openenv", "agentgym"],
  port: ["openenv", "agentgym"],
  sessions: ["openenv", "agentgym"],
  idle: ["openenv", "agentgym"],
  split: ["openenv"],
  mappings: ["agentgym"],
};

export function register(command: Command): void {
  environmentOptions(command, "gleaner serve webshop --help")
    .argument("<environment>", WORLD)
    .addOption(
      new Option("--protocol <name>", "how it is offered; must be given").choices(PROTOCOLS).makeOptionMandatory(),
    )
    .option("--port <n>", `port to listen on, 0 for any free one (default: ${DEFAULTS.port})`, wholeNumber)
    .addOption(new Option("--host <address>", `address to listen on (default: ${DEFAULTS.host})`).choices(LOOPBACK))
    .option("--sessions <n>", `episodes at once at most (default: ${DEFAULTS.sessions})`, positiveInteger)
    .option("--idle <seconds>", `end a session that nobody uses for so long (default: ${DEFAULTS.idle})`, aboveZero)
    .option("--split <split>", "openenv: where a reset that names no split finds its task (default: the first split)")
    .addOption(onlyIn("alfworld", new Option("--mappings <dir>", "agentgym: the folder with its lists of games")))
    .option("--seed <n>", "random seed, for environments that generate tasks or prices", wholeNumber)
    .action(serve);
}

async function serve(name: string, flags: ServeFlags): Promise<void> {
  checkFlags(flags);
  const { seed, protocol, host, port, sessions, idle, split, mappings, ...others } = flags;
  const spec = environmentSpec("environment", name, others, seed === undefined ? {} : { seed });
  const benchmark = await openBenchmark(spec);
  if (protocol === "stdio") {
    await serveStdio({ benchmark, input: process.stdin, output: process.stdout });
    return;
  }
  const serving = await opened(protocol, benchmark, flags);
  beforeEnding(() => void serving.close());
  print(`${printable(benchmark.name)}: ${protocol} at ${serving.url}, until it is interrupted`);
  await new Promise(() => {});
}

/** Throws CliError for a flag that has no meaning for the protocol. */
function checkFlags(flags: ServeFlags): void {
  for (const [flag, protocols] of Object.entries(ONLY_IN)) {
    if (flags[flag as keyof ServeFlags] !== undefined && !protocols.includes(flags.protocol))
      throw new CliError(`--${flag}: has no meaning for ${flags.protocol}; it is for ${protocols.join(" and ")}`);
  }
}

function opened(protocol: Exclude<Protocol, "stdio">, benchmark: Benchmark, flags: ServeFlags): Promise<Serving> {
  const { host = DEFAULTS.host, port = DEFAULTS.port, sessions = DEFAULTS.sessions, idle = DEFAULTS.idle } = flags;
  if (port > 65_535) throw new CliError(`--port: expected a port from 1 to 65535, or 0 for any, got ${port}`);
  const given = { benchmark, host, port, sessions, idleMs: idle * 1000 };
  return protocol === "agentgym"
    ? serveAgentGym({
        ...given,
        scienceworldKey: agentgymKey,
        ...(flags.mappings !== undefined && { mappings: flags.mappings }),
      })
    : serveOpenEnv({ ...given, version: version(), ...(flags.split !== undefined && { split: flags.split }) });
}
