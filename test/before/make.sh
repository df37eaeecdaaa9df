# How these files were made, once, at ad89215, the last commit before src/ was laid out anew, from a clone at that commit:
#   npm install && npx -c 'bash …/test/before/make.sh'     (with jq, sqlite3 and brotli)
# Later commits must still open them, so they are never made again.
set -eo pipefail
here=$(cd "$(dirname "$0")" && pwd) work=$(mktemp -d) gleaner="node $PWD/bin/gleaner.js"
cp "$here/config.yaml" "$work" && cd "$work"
$gleaner expert scripted --env workshop --option lengths=[1,2,3] --option trainTasks=12 --option seed=1 --error-rate 0.3 --seed 7 --out scripted --project source
# Twelve episodes as another program's log: the first is told by its actions alone, the second ends as the world does not. The last line has no steps.
$gleaner dump --project source | jq -c 'select(.kind == "trajectory").record | {task: .taskId, steps: [.steps[] | {observation, action}], finalObservation, return, outcome: .outcome.kind}' | jq -cs '.[0] |= {task, steps: [.steps[] | {action}]} | .[1].finalObservation = "Something else was said." | .[], {task: .[0].task, steps: []}' > log.jsonl
for project in finished killed; do $gleaner import log.jsonl --format gleaner --env workshop --expert scribe --out imported --json --project $project > import.json; done
$gleaner verify imported --json --project finished > verify.json || [ $? = 1 ]
$gleaner run config.yaml --project finished > /dev/null && rm -r finished/reports
for form in json markdown; do $gleaner report small --$form --project finished > report.$form; done
$gleaner dump --project finished > finished.jsonl && eef=$(jq -r 'select(.kind == "round").record | select(.method | startswith("EEF")).checkpoint' finished.jsonl)
# Killed when 3 of the 8 episodes that evaluate EEF are in the store: nothing is left to explore, so the ids of all that is owed are known.
$gleaner run config.yaml --set concurrency=1 --project killed > /dev/null & run=$!
until [ "$(sqlite3 -readonly killed/store.sqlite "SELECT count(*) FROM trajectories WHERE body ->> '$.policy' = '$eef'")" -ge 3 ]; do :; done; kill -9 $run
cp -a killed frozen && $gleaner dump --project frozen > killed.jsonl && rm killed/store.sqlite-shm
find finished killed *.jsonl report.* -type f ! -name log.jsonl -exec brotli --rm -q 11 -w 24 {} +
cp -r finished killed log.jsonl *.br import.json verify.json "$here"
