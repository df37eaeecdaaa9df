/** `gleaner runs`: what the project holds. `runs rm` is in runs-rm.ts. */
import type { Command } from "commander";
import { auditOf } from "../../core/audit.ts";
import type { Repository } from "../../core/repository.ts";
import { datasetOf, type Run } from "../../core/run.ts";
import { projectOption, readProject } from "../project.ts";
import { table } from "../table.ts";
import { print, printJson } from "../terminal.ts";
import * as runsRm from "./runs-rm.ts";

export function register(command: Command): void {
  runsRm.register(command);
  projectOption(command)
    .option("--json", "print JSON")
    .action((options: { project: string; json?: boolean }) => {
      const project = readProject(options);
      const rows = project.repository.runs().map((run) => summaryOf(project.repository, run));
      project.close();
      if (options.json) {
        printJson(rows);
        return;
      }
      if (rows.length === 0) {
        const [demo, importing, running] = ["demo", "import", "run"].map((name) => project.command(name));
        print(`no runs yet: start with \`${demo}\`, \`${importing}\` or \`${running}\``);
        return;
      }
      const isAudited = rows.some(({ restore }) => restore !== null);
      const cells = rows.map(({ run, kind, environment, restore, trajectories, unreplayable, methods, seeds }) => [
        run,
        kind,
        environment,
        ...(isAudited ? [restore ?? "not audited"] : []),
        unreplayable === 0 ? trajectories : `${trajectories}, ${unreplayable} not replayable`,
        methods.join("; "),
        seeds.join(" "),
      ]);
      const put = isAudited ? ["put back by"] : [];
      print(table(["run", "kind", "environment", ...put, "trajectories", "methods", "seeds"], cells));
    });
}

function summaryOf(repository: Repository, run: Run) {
  const rounds = repository.rounds(run.name);
  const { environment } = run.config as { environment?: { name?: string; class?: string } };
  const dataset = datasetOf(run);
  return {
    run: run.name,
    kind: run.kind,
    // Of a world in Python, the class is its name.
    environment: environment?.class ?? environment?.name ?? "",
    // What the audit of its world found; null: it was not audited.
    restore: auditOf(run.config)?.restore ?? null,
    trajectories: repository.countOf(run.name),
    // Only imports judge trajectories that nobody made here.
    unreplayable: run.kind === "import" ? repository.unreplayableOf(run.name).length : 0,
    methods: dataset ? [dataset.method] : [...new Set(rounds.map(({ method }) => method))],
    seeds: [...new Set(rounds.map(({ seed }) => seed))],
  };
}
