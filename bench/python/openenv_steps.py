"""Steps of openenv's own client a second, on one connection: `openenv_steps.py URL STEPS`."""

import asyncio
import sys
import time

from openenv import GenericEnvClient


async def main(url, steps):
    async with GenericEnvClient(base_url=url) as env:
        await env.reset()
        began = time.perf_counter()
        for _ in range(steps):
            await env.step({"action": "count"})
        print(steps / (time.perf_counter() - began))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
