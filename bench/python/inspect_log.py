"""Episodes as a log of Inspect in its faster format: inspect_log.py EPISODES.jsonl LOG.eval, written by Inspect itself.

A line is {"id", "goal", "won", "steps": [[observation, action], …]}; a sample has a message for each of both.
"""

import json
import sys
from datetime import datetime, timezone

from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, write_eval_log
from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, ModelOutput
from inspect_ai.scorer import Score

episodes, log = sys.argv[1:]


def sample(line: str) -> EvalSample:
    episode = json.loads(line)
    messages = [
        message
        for observation, action in episode["steps"]
        for message in (ChatMessageUser(content=observation), ChatMessageAssistant(content=action))
    ]
    return EvalSample(
        id=episode["id"],
        epoch=1,
        input=episode["goal"],
        target="",
        messages=messages,
        output=ModelOutput.from_content("student", episode["steps"][-1][1]),
        scores={"won": Score(value="C" if episode["won"] else "I")},
    )


with open(episodes, encoding="utf-8") as lines:
    samples = [sample(line) for line in lines]
ids = [each.id for each in samples]
write_eval_log(
    EvalLog(
        status="success",
        eval=EvalSpec(
            created=datetime.now(timezone.utc).isoformat(),
            task="episodes",
            dataset=EvalDataset(name="episodes", samples=len(samples), sample_ids=ids),
            model="student",
            config=EvalConfig(),
        ),
        samples=samples,
    ),
    log,
    format="eval",
)
