#!/usr/bin/env bash
# mini-swe-agent 2.4.6: a turn of the model without exactly one action is no message, neither for the model nor in the log.
#
# Seen (the lines that are printed below): the model answers first without an action, then with one. In `messages` the task is
# followed by a second message of the user, the complaint about the format, and the model is asked again without its own words.
# Those stand in the complaint's `extra.model_response` only. One would expect the broken turn between the two. Readers that
# want turns to alternate refuse such a run, and whoever counts failed turns by the agent's messages finds none.
#
# Needs python3 with venv, and the network to install; no model is asked. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet mini-swe-agent==2.4.6
export LITELLM_LOCAL_MODEL_COST_MAP=True MSWEA_SILENT_STARTUP=1 MSWEA_COST_TRACKING=ignore_errors MSWEA_GLOBAL_CONFIG_DIR="$folder"
cat > check.py <<'PY'
import sys
from importlib.metadata import version

import litellm
from minisweagent.agents.default import DefaultAgent
from minisweagent.environments.local import LocalEnvironment
from minisweagent.models.litellm_textbased_model import LitellmTextbasedModel

DONE = "```mswea_bash_command\necho COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT\n```"
ANSWERS = iter(["I would rather talk.", f"Done.\n{DONE}"])
asked = []


class Model(LitellmTextbasedModel):
    def _query(self, messages, **kwargs):
        asked.append([message["role"] for message in messages])
        return litellm.completion(model="gpt-4o", messages=messages, mock_response=next(ANSWERS))


agent = DefaultAgent(Model(model_name="gpt-4o"), LocalEnvironment(), system_template="Work.", instance_template="{{task}}")
agent.run("Say that you are done.")
roles = [message["role"] for message in agent.messages]
complaint = agent.messages[2]
print("mini-swe-agent", version("mini-swe-agent"))
print("asked with:", asked)
print("logged:    ", roles)
print("the answer:", repr(complaint["extra"]["model_response"]), "in extra of", repr(complaint["content"]))
is_same = asked[1] == ["system", "user", "user"] and roles[:4] == ["system", "user", "user", "assistant"]
sys.exit(0 if is_same and complaint["extra"]["model_response"] == "I would rather talk." else 1)
PY
venv/bin/python check.py
