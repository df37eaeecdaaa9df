/** Many jobs, a fixed number at a time, results in the order of the jobs. */

/**
 * Calls `work` for every item, at most `limit` at a time. Each of the `limit` lanes has its own `resource` (an
 * environment), made when the lane starts and closed when it ends. The first error stops the lanes and is thrown.
 */
export async function concurrently<Item, Resource extends { close(): Promise<void> }, Result>(options: {
  readonly items: readonly Item[];
  readonly limit: number;
  readonly open: () => Promise<Resource>;
  readonly work: (item: Item, resource: Resource) => Promise<Result>;
}): Promise<Result[]> {
  const { items, limit, open, work } = options;
  const results = new Array<Result>(items.length);
  let next = 0;
  let stopped = false;
  const lane = async () => {
    if (next >= items.length) return;
    const resource = await open();
    try {
      while (next < items.length && !stopped) {
        const index = next++;
        results[index] = await work(items[index]!, resource);
      }
    } catch (error) {
      stopped = true;
      throw error;
    } finally {
      await resource.close();
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane));
  for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  return results;
}
