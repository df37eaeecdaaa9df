/** The person who plays: one episode at the terminal, or one after another in a browser. */
import type { Environment } from "../core/environment.ts";
import type { Policy } from "../core/policy.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { human } from "../policies/human.ts";
import type { ShopPage } from "../servers/shop/page.ts";
import { openShopServer } from "../servers/shop/server.ts";
import { print, printable } from "./terminal.ts";

export interface Player {
  readonly policy: Policy;
  /** Says how an episode went, now that it is recorded in `run`. Returns whether the person plays another. */
  over(trajectory: Trajectory, run: string): Promise<boolean>;
}

/** An environment that can show a person the page that an agent reads. */
export interface PagedEnvironment extends Environment {
  page(): Promise<ShopPage>;
}

export const showsPages = (environment: Environment): environment is PagedEnvironment => "page" in environment;

export function atTerminal(name: string): Player {
  return {
    policy: human({ input: process.stdin, output: process.stdout, name }),
    async over(trajectory, run) {
      print(`${trajectory.finalObservation}\n`);
      print(`${verdict(trajectory)}. Recorded in run ${run}.`);
      return false;
    },
  };
}

export interface BrowserOptions {
  readonly environment: PagedEnvironment;
  readonly name: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly maxSteps: number;
}

/** Prints where to go. */
export async function inBrowser({ environment, name, port, maxSteps }: BrowserOptions): Promise<Player> {
  const server = await openShopServer({ port, maxSteps });
  print(`The shop is open at ${server.url}. Ctrl-C closes it; finished episodes stay recorded.`);
  return {
    policy: {
      name: `human/${name}`,
      async act({ steps }) {
        const action = await server.ask(await environment.page(), steps.length);
        return { thought: "", action, completion: action, usage: null };
      },
      close: () => server.close("The shop is closed."),
    },
    async over(trajectory, run) {
      print(`${printable(trajectory.taskId)}: ${verdict(trajectory)}. Recorded in run ${run}.`);
      const { instruction } = await environment.page();
      const page: ShopPage = { kind: "done", instruction, buttons: [], score: trajectory.return };
      return (await server.ask(page, trajectory.steps.length)) === "another";
    },
  };
}

function verdict({ success, steps, return: sum }: Trajectory): string {
  return `${success ? "Won" : "Lost"} after ${steps.length} step${steps.length === 1 ? "" : "s"}, return ${sum}`;
}
