/**
 * What `import … from "gleaner"` gives: re-exports only, in the order in which a reader asks. What is not here may change
 * without notice.
 *
 * - Words, what everything else is said in: {@link Task}, {@link Trajectory}, {@link Benchmark}, {@link Policy}
 * - Play an episode: {@link rollout}; in the built-in {@link workshop}, in another world, or in one of your own, made by
 *   {@link fromSimulator}; {@link replay} plays it again and compares
 * - Collect: {@link serverModel} is a model behind a server, {@link openSqlite} opens the store of everything collected
 * - Choose what is worth learning: {@link eef} with its labels ({@link labelsOf}), and the methods it is compared with: {@link bc},
 *   {@link rft}, {@link eto}, {@link nat}, {@link agentEvol}
 * - Train: {@link demonstration} makes the mask; {@link embeddedTrainer}, {@link pretrainedTrainer}, {@link trlTrainer} and
 *   {@link tinkerTrainer} make checkpoints
 * - Compare methods in one experiment: {@link readConfig}, {@link runExperiment}
 *
 * It opens light: worlds, models, SDKs and the reader of configs are loaded when they are first used (test/light.test.ts).
 *
 * @packageDocumentation
 */

// Words: what everything else is said in.

export { openWorld } from "./core/call-by-call.ts";
export {
  actionOfCall,
  actionOfCalls,
  type Call,
  type CallInAction,
  type CallResult,
  callInAction,
  callsInAction,
  resultsIn,
} from "./core/calls.ts";
export type { Benchmark, CompactRendering, Environment, Snapshot, StepResult } from "./core/environment.ts";
export { CliError, EnvironmentError, PolicyError, StopError, StoreError, TrainerError } from "./core/errors.ts";
export {
  type CheckpointId,
  fingerprint,
  type Id,
  type TaskId,
  type TrainingSetId,
  type TrajectoryId,
  taskId,
  trajectoryId,
} from "./core/ids.ts";
export type { Json } from "./core/json.ts";
export type { Chat, Message, Tool, ToolCall } from "./core/message.ts";
export {
  type Completion,
  type CompletionRequest,
  ContextFullError,
  type Decision,
  type LanguageModel,
  type Policy,
  type Turn,
} from "./core/policy.ts";
export { type Random, random, seedFrom } from "./core/random.ts";
export { newTask, type Task, type TaskParts } from "./core/task.ts";
export { newTokenIds, tokenIdsAt } from "./core/token-ids.ts";
export type { Fork, Outcome, Step, StepTokenIds, TokenIds, Trajectory, Usage } from "./core/trajectory.ts";

// Play: in which world, who acts, and what a model reads and writes.

export { type Replay, type ReplayOptions, replay, snapshotsAlong } from "./engine/rollout/replay.ts";
export { type ForkPoint, type RolloutOptions, rollout } from "./engine/rollout/rollout.ts";
export { type ExampleEpisode, withExamples } from "./formats/few-shot.ts";
export {
  conversation,
  FORMATS,
  type Format,
  type FormatName,
  formatId,
  type SpokenDecision,
} from "./formats/format.ts";
export { type Mode, withMode } from "./formats/mode.ts";
export { formatFor } from "./formats/named.ts";
export { verbatim } from "./formats/verbatim.ts";
export { type NoisyOptions, noisy } from "./policies/noisy.ts";
export { type PromptedOptions, prompted } from "./policies/prompted.ts";
export { randomPolicy } from "./policies/random.ts";
export { recorded } from "./policies/recorded.ts";
export { type AlfworldOptions, alfworld } from "./worlds/alfworld/index.ts";
export { listedTasks } from "./worlds/listed-tasks.ts";
export { type Jumps, replaying, type Unsaved } from "./worlds/replaying.ts";
export { type ScienceWorldOptions, scienceworld } from "./worlds/scienceworld/index.ts";
export { fromSimulator, type Simulator } from "./worlds/simulator.ts";
export {
  type Button as ShopButton,
  type GoalKind,
  type Item as ShopItem,
  type ListedProduct as ShopProduct,
  type ShopEnvironment,
  type ShopPage,
  type WebshopBenchmark,
  type WebshopOptions,
  webshop,
} from "./worlds/webshop/index.ts";
export {
  type Stage,
  type Words,
  type WorkshopExpertOptions,
  type WorkshopOptions,
  workshop,
  workshopExpert,
} from "./worlds/workshop/index.ts";

// Collect: a model behind a server as the expert, what it may cost, and the store of everything collected.

export type {
  Episode,
  EpisodeWriter,
  Membership,
  RemovedRuns,
  Repository,
  TaskMember,
  TrajectoryPage,
  Unnamed,
} from "./core/repository.ts";
export {
  ROUND_LISTS,
  type Round,
  type RoundHead,
  type RoundList,
  type Run,
  type Timing,
  type Verification,
} from "./core/run.ts";
export type { TrajectorySummary } from "./core/summary.ts";
export type { Budget, Prices, Spending } from "./endpoints/budget.ts";
export { type Journal, openJournal } from "./endpoints/journal.ts";
export { type ServerModel, serverModel } from "./endpoints/model.ts";
export type { ServerOptions } from "./endpoints/options.ts";
export { type ProbeOptions, probeServer, type ServerProbe } from "./endpoints/probe.ts";
export type { ServerCheck } from "./endpoints/sampling-checks.ts";
export type { Say } from "./http/waiting.ts";
export { openSqlite, readSqlite } from "./store/sqlite.ts";

// Choose: what of the expert's episodes and of the student's own is worth learning.

export { type AgentEvolOptions, agentEvol } from "./engine/algorithms/agent-evol.ts";
export { bc } from "./engine/algorithms/bc.ts";
export { type BestOfOptions, bestOf } from "./engine/algorithms/best-of.ts";
export { type EefOptions, eef } from "./engine/algorithms/eef.ts";
export {
  type Labels,
  labelsByRate,
  labelsOf,
  probeSteps,
  type Span,
  skipLength,
  type Tally,
} from "./engine/algorithms/eef-labels.ts";
export { type EtoOptions, eto } from "./engine/algorithms/eto.ts";
export type { Experiment, FinishedRound, ProbePoint, Samples } from "./engine/algorithms/experiment.ts";
export { type NatOptions, nat } from "./engine/algorithms/nat.ts";
export { type Cut, contrast, type PreferenceTraining } from "./engine/algorithms/preferences.ts";
export { type RftOptions, rft } from "./engine/algorithms/rft.ts";
export { type RftEtoOptions, rftEto } from "./engine/algorithms/rft-eto.ts";

// Train: from what was chosen to a checkpoint, and from a checkpoint to a model that acts.

export type {
  Checkpoint,
  Demonstration,
  Example,
  ExampleSource,
  LeftOut,
  Preference,
  Provenance,
  RowCount,
  TrainEvent,
  Trainer,
  TrainingSet,
  TrainRequest,
  Tuning,
  WeightedMessage,
} from "./core/training.ts";
export { type DemonstrationOptions, demonstration } from "./formats/demonstration.ts";
export { embeddedModel } from "./students/embedded/model.ts";
export {
  type Architecture,
  type EmbeddedSettings,
  embeddedTrainer,
  initialCheckpoint,
} from "./students/embedded/trainer.ts";
export { type PretrainedModelOptions, pretrainedModel } from "./students/pretrained/model.ts";
export { type PretrainedSettings, pretrainedTrainer } from "./students/pretrained/trainer.ts";
export { type CollatedBatch, type TrlOptions, trlTrainer } from "./students/served/trainer.ts";
export type { TrlSettings } from "./students/served/trl/settings.ts";
export { baseCheckpoint } from "./students/shared/base-checkpoint.ts";
export type { FineTuning } from "./students/shared/fine-tuning.ts";
export { type TinkerModelOptions, tinkerModel } from "./students/tinker/model.ts";
export type { TinkerServer } from "./students/tinker/protocol/transport.ts";
export type { TinkerSettings } from "./students/tinker/settings.ts";
export { type TinkerOptions, tinkerBase, tinkerTrainer } from "./students/tinker/trainer.ts";
export type { TemplateVariables } from "./tokenizers/template-variables.ts";

// Compare: several methods in one experiment, from one config.

export {
  type ExperimentConfig,
  type Parts,
  type Phase,
  type Progress,
  parseConfig,
  readConfig,
  runExperiment,
  type ScriptedSource,
} from "./engine/experiment/index.ts";
export type { Student } from "./students/student.ts";
