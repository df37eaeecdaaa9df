/**
 * How stacks built on WebShop differ from it, as sets of switches by name. Each sets only what its source says; what a
 * stack does besides, and is not done here, is its `remarks`. Options that a user gives win over a preset's.
 */
import type { StockOptions } from "./catalogue/index.ts";
import type { RewardRules } from "./reward/reward.ts";
import type { Observation } from "./session/index.ts";
import type { SplitRule } from "./tasks.ts";
import type { GoalKind } from "./types.ts";

export interface Preset {
  /** Repository, commit and files, or paper. */
  readonly source: string;
  readonly goals: GoalKind;
  readonly products: number | "all";
  /** For the prices; absent where the source leaves them unseeded. */
  readonly seed?: number;
  readonly stock?: Pick<StockOptions, "goalSeed" | "shuffleSeed" | "humanLimits">;
  /**
   * Each worker of the source has a seed of its own, which decides prices, limits and the order of goals: a task is a worker's
   * seed and an index. Absent: goals are shuffled as `stock` says.
   */
  readonly hasWorkers?: true;
  readonly splits?: SplitRule;
  readonly maxSteps?: number;
  readonly observation?: Observation;
  readonly reward?: Partial<RewardRules>;
  /** What a purchase of reward 1 pays; every other one pays 0. Absent: the reward itself. */
  readonly prize?: number;
  /** What results under it must be read with. */
  readonly remarks: readonly string[];
}

const PRICES_UNSEEDED = "the source leaves prices and price limits to chance";
const LARGE_SPACY = "the source takes its nouns from spaCy's en_core_web_lg";

export const PRESETS = {
  react: {
    source: "ysymyth/ReAct, WebShop.ipynb (Yao et al. 2023, arXiv 2210.03629)",
    goals: "human",
    products: "all",
    maxSteps: 15,
    remarks: [PRICES_UNSEEDED, "the source tells pages in words of its own and refuses impossible actions"],
  },
  agentbench: {
    source: "THUDM/AgentBench at 4717ba1, src/server/tasks/webshop/__init__.py and configs/tasks/webshop.yaml",
    goals: "human",
    products: "all",
    maxSteps: 10,
    splits: { kind: "ranges", ranges: { test: [0, 200], eval: [200, 280], train: [280, null] } },
    remarks: [PRICES_UNSEEDED, LARGE_SPACY, "the source lists the clickables with each observation"],
  },
  eto: {
    source: "Yifan-Song793/ETO at 9cd8087, eval_agent/configs/task/webshop.json (Song et al. 2024, arXiv 2403.02502)",
    goals: "human",
    products: "all",
    maxSteps: 10,
    remarks: [
      PRICES_UNSEEDED,
      LARGE_SPACY,
      "the source's 1,824 training and 200 test goals are lists of indices across the official splits",
    ],
  },
  agentgym: {
    source: "WooooDyy/AgentGym at 612f129, agentenv-webshop (Xi et al. 2024, arXiv 2406.04151)",
    goals: "synthetic",
    products: 1000,
    stock: { goalSeed: 233, humanLimits: "each" },
    remarks: ["the source seeds its price limits, but leaves the 93 prices that are ranges to chance", LARGE_SPACY],
  },
  // SkillRL at 48c8446, zhangzf01/verl-agent, xlan156/verl-agent and others have the same lines.
  "verl-agent": {
    source:
      "verl-agent (Feng et al. 2025, arXiv 2505.10978) as zzj1111/alfworldauto at 51c1a03 has it, agent_system/environments/env_package/webshop: envs.py, webshop/web_agent_site/envs/web_agent_text_env.py",
    goals: "synthetic",
    products: 1000,
    seed: 0,
    hasWorkers: true,
    splits: { kind: "ranges", ranges: { test: [0, 500], eval: [0, 0], train: [500, null] } },
    prize: 10,
    remarks: [
      "one seed decides prices, price limits and the order of goals; in the source worker i of a training has the seed S + i, in a validation S + 1000 + i, with S = 0 in its scripts: another worker's tasks are those of that seed",
      "the source starts another session when a product is bought; here the episode ends",
    ],
  },
  fedagent: {
    source: "FedAgent, which took verl-agent's env_package/webshop over (Feng et al. 2025, arXiv 2505.10978)",
    goals: "synthetic",
    products: 1000,
    seed: 42,
    stock: { goalSeed: 42, shuffleSeed: 42 },
    splits: { kind: "ranges", ranges: { test: [0, 500], eval: [0, 0], train: [500, null] } },
    prize: 10,
    remarks: ["the source starts another session when a product is bought; here the episode ends"],
  },
  "webshop-minimal": {
    source: "WillDreamer/webshop-minimal at 0b1023d, env.py; mll-lab-nu/RAGEN at 28b1758, ragen/env/webshop/env.py",
    goals: "synthetic",
    products: 1000,
    splits: { kind: "permuted", seed: 42 },
    maxSteps: 10,
    reward: { options: "all" },
    prize: 1,
    remarks: [PRICES_UNSEEDED, "the source shows the first page in Markdown and adds advice to every page"],
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const isPreset = (name: string): name is PresetName => Object.hasOwn(PRESETS, name);
