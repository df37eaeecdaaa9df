/** What a piece of work takes of this process. */

export interface Took {
  readonly "CPU s": number;
  readonly "clock, s": number;
  readonly "peak MB": number;
  /** Trajectories or records that the work was about. */
  readonly done: number;
}

/** CPU time and time by the clock of `work` alone, and the process's peak of memory. */
export async function measured(work: () => number | Promise<number>): Promise<Took> {
  const [cpu, clock] = [process.cpuUsage(), performance.now()];
  const done = await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    "CPU s": (user + system) / 1e6,
    "clock, s": (performance.now() - clock) / 1000,
    "peak MB": process.resourceUsage().maxRSS / 1024,
    done,
  };
}
