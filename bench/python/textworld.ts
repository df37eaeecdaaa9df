/** The real TextWorld as a child process, for tests and benchmarks that compare with it. Its installation takes two minutes. */
import { startPython, virtualEnvironment } from "./environment.ts";

/** Of the packages that are installed. */
export const TEXTWORLD_VERSIONS = { textworld: "1.7.0", alfworld: "0.4.2" };
const PACKAGES = [`textworld[pddl]==${TEXTWORLD_VERSIONS.textworld}`];
/** Without their dependencies, which are gigabytes. */
const BARE_PACKAGES = [`alfworld==${TEXTWORLD_VERSIONS.alfworld}`];

/** What the engine says after loading a game or a command. */
export interface Answer {
  readonly observation: string;
  readonly admissible: readonly string[];
  readonly won: boolean;
  /** Time that the engine itself took. */
  readonly ms: number;
}

export interface TextWorld {
  load(gameFile: string): Promise<Answer>;
  step(command: string): Promise<Answer>;
  close(): void;
}

/** Path of a Python that has TextWorld. Rejects with the reason where it cannot be had. */
export const installTextWorld = (): Promise<string> => virtualEnvironment("textworld-1.7.0", PACKAGES, BARE_PACKAGES);

/** Starts the engine. Its calls reject when the process ends. */
export function startTextWorld(python: string): TextWorld {
  const { ask, close } = startPython<Answer>(python, "textworld.py");
  return { load: (gameFile) => ask({ load: gameFile }), step: (command) => ask({ step: command }), close };
}
