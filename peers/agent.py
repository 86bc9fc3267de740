"""An agent deployment: the script of Hopsworks' own guide, which comes with its Python library, word for word.

Usage: python agent.py <port>
The guide leaves open what the agent answers: this one repeats its prompt, and fails where there is none.
"""

import importlib.resources
import re
import sys

import uvicorn

GUIDE = importlib.resources.files("hopsworks") / "skills" / "agents" / "hops-agent-deployment" / "SKILL.md"
OPEN = '{"answer": ...}'
ANSWER = '{"answer": f"You said {request[\'prompt\']}", "sources": []}'


def script():
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (code,) = [block for block in blocks if "def build_app(" in block]
    if code.count(OPEN) != 1:
        raise SystemExit("the guide's script is another one")
    return code.replace(OPEN, ANSWER)


if __name__ == "__main__":
    guide = {"__name__": "my_agent"}
    exec(compile(script(), "my_agent.py", "exec"), guide)
    uvicorn.run(guide["build_app"](guide["Agent"]()), host="127.0.0.1", port=int(sys.argv[1]))
