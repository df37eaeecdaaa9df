/** CPU time of this process, of all its threads: what else the machine does counts less than by the clock. */

/** Milliseconds since the process began. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The median of the last three quarters: the first calls prepare memory. */
export function settled(times: readonly number[]): number {
  const kept = times.slice(Math.floor(times.length / 4)).sort((a, b) => a - b);
  return kept[Math.floor(kept.length / 2)]!;
}
