import { openBenchmark } from "./src/worlds/open.ts";
const b = await openBenchmark({ name: "/tmp/pyw/b/trivial.py:Trivial" });
const tasks = await b.tasks("train");
for (const n of [4]) {
  const envs = await Promise.all(Array.from({length: n}, () => b.open()));
  await Promise.all(envs.map((e) => e.reset(tasks[0]!, 0)));
  const S = 50, E = 400;
  const t = performance.now(); const c = process.cpuUsage();
  await Promise.all(envs.map(async (e) => { for (let i = 0; i < E; i++) { await e.reset(tasks[i % 64]!, 0); for (let s = 0; s < S; s++) await e.step("go forward"); } }));
  const dt = (performance.now() - t); const cc = process.cpuUsage(c);
  console.log(n, "steps/s", Math.round(n*S*E/dt*1000), "node us/step", ((cc.user+cc.system)/(n*S*E)).toFixed(1), "wall us/step", (dt*1000/(n*S*E)).toFixed(1));
  await Promise.all(envs.map((e) => e.close()));
}
