/** The public surface: re-exports only. What is not here may change without notice. */

export { type AgentEvolOptions, agentEvol } from "./algorithms/agent-evol.ts";
export { bc } from "./algorithms/bc.ts";
export { bestOf } from "./algorithms/best-of.ts";
export { type EefOptions, eef } from "./algorithms/eef.ts";
export {
  type Labels,
  labelsByRate,
  labelsOf,
  probeSteps,
  type Span,
  skipLength,
  type Tally,
} from "./algorithms/eef-labels.ts";
export { type EtoOptions, eto } from "./algorithms/eto.ts";
export type { Experiment, FinishedRound, ProbePoint, Samples } from "./algorithms/experiment.ts";
export { type NatOptions, nat } from "./algorithms/nat.ts";
export { type Cut, contrast, type PreferenceTraining } from "./algorithms/preferences.ts";
export { type RftOptions, rft } from "./algorithms/rft.ts";
export { type RftEtoOptions, rftEto } from "./algorithms/rft-eto.ts";
export type { Benchmark, CompactRendering, Environment, Snapshot, StepResult } from "./core/environment.ts";
export { CliError, EnvironmentError, PolicyError, StopError, StoreError, TrainerError } from "./core/errors.ts";
export { type CheckpointId, fingerprint, type TaskId, type TrainingSetId, type TrajectoryId } from "./core/ids.ts";
export type { Json } from "./core/json.ts";
export type {
  Completion,
  CompletionRequest,
  Decision,
  LanguageModel,
  Message,
  Policy,
  Tool,
  ToolCall,
  Turn,
} from "./core/policy.ts";
export { type Random, random, seedFrom } from "./core/random.ts";
export type { Repository } from "./core/repository.ts";
export type { Round, Run, Timing, Verification } from "./core/run.ts";
export type { Task } from "./core/task.ts";
export { newTokenIds, tokenIdsAt } from "./core/token-ids.ts";
export type {
  Checkpoint,
  Demonstration,
  LeftOut,
  Preference,
  Provenance,
  TrainEvent,
  Trainer,
  TrainingSet,
  TrainRequest,
  Tuning,
  WeightedMessage,
} from "./core/training.ts";
export type { Fork, Outcome, Step, StepTokenIds, TokenIds, Trajectory, Usage } from "./core/trajectory.ts";
export { alfworld } from "./environments/alfworld/index.ts";
export { replaying } from "./environments/replaying.ts";
export { type ScienceWorldOptions, scienceworld } from "./environments/scienceworld/index.ts";
export { fromSimulator, type Simulator } from "./environments/simulator.ts";
export { type WebshopOptions, webshop } from "./environments/webshop/index.ts";
export { type WorkshopOptions, workshop, workshopExpert } from "./environments/workshop/index.ts";
export { type ExperimentConfig, parseConfig, readConfig } from "./experiment/config.ts";
export { type Parts, runExperiment } from "./experiment/run.ts";
export type { Student } from "./experiment/student.ts";
export { demonstration } from "./formats/demonstration.ts";
export { type ExampleEpisode, withExamples } from "./formats/few-shot.ts";
export { conversation, type Format, type FormatName, formatId } from "./formats/format.ts";
export { type Mode, withMode } from "./formats/mode.ts";
export { formatFor } from "./formats/named.ts";
export { verbatim } from "./formats/verbatim.ts";
export { embeddedModel } from "./policies/embedded.ts";
export { noisy } from "./policies/noisy.ts";
export { type PretrainedModelOptions, pretrainedModel } from "./policies/pretrained.ts";
export { prompted } from "./policies/prompted.ts";
export { randomPolicy } from "./policies/random.ts";
export { recorded } from "./policies/recorded.ts";
export type { Budget, Prices, Spending } from "./policies/server/budget.ts";
export { type Journal, openJournal } from "./policies/server/journal.ts";
export { type ServerModel, serverModel } from "./policies/server/model.ts";
export type { ServerOptions } from "./policies/server/options.ts";
export { type ProbeOptions, probeServer, type ServerProbe } from "./policies/server/probe.ts";
export type { ServerCheck } from "./policies/server/sampling-checks.ts";
export { type TinkerModelOptions, tinkerModel } from "./policies/tinker.ts";
export { replay, snapshotsAlong } from "./rollout/replay.ts";
export { type ForkPoint, type RolloutOptions, rollout } from "./rollout/rollout.ts";
export { openSqlite } from "./store/sqlite.ts";
export type { TinkerServer } from "./tinker/transport.ts";
export { baseCheckpoint } from "./trainers/base-checkpoint.ts";
export { embeddedTrainer, initialCheckpoint } from "./trainers/embedded.ts";
export { type PretrainedSettings, pretrainedTrainer } from "./trainers/pretrained.ts";
export type { TinkerSettings } from "./trainers/tinker/settings.ts";
export { type TinkerOptions, tinkerBase, tinkerTrainer } from "./trainers/tinker/tinker.ts";
export { type TrlOptions, trlTrainer } from "./trainers/trl/trl.ts";
