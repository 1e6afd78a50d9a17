"""GitHub Actions, as far as a workflow's decisions go: its jobs one after the other, its scripts really run.

Its expressions are evaluated by GitHub's own library. What a script starts is found first in a folder of
stand-ins. An action is only written down, and succeeds.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.node import NodeProcess

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_ASKS_FOR_THE_STATUS = re.compile(r"\b(?:always|cancelled|failure|success)\(\)")
_BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
"""https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax, of `shell: bash`."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was run.

    Attributes:
        name: its own, or the action's or script's
        environment: the variables of the workflow that it had
        said: its script's output, or None for an action
    """

    name: str
    outcome: str
    environment: Mapping[str, str]
    said: str | None = None


@dataclass(slots=True)
class Job:
    """A job that was looked at; one that was skipped has no steps."""

    result: str
    environment: str | None = None
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def outcome(self, step: str) -> str | None:
        """The outcome of the step of a name; None if it was skipped."""
        found = [one.outcome for one in self.steps if one.name == step]
        return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A runner.

    Attributes:
        node: GitHub's library for expressions
        workspace: the checkout
        temporary: `RUNNER_TEMP`
        stand_ins: programs that are found before all others, by name
        variables: of the machine
        contexts: `github`, `vars` and `secrets`
    """

    node: NodeProcess
    workspace: Path
    temporary: Path
    stand_ins: Path
    variables: Mapping[str, str]
    contexts: Mapping[str, Any]

    def run(self, workflow: Path, other_workflow: Callable[[str], str]) -> dict[str, Job]:
        """Run the jobs of a workflow, in their order.

        Args:
            workflow: its file
            other_workflow: says the result of a job that calls another workflow
        """
        jobs: dict[str, Job] = {}
        for name, described in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].items():
            needs = described.get("needs", [])
            needed = {one: jobs[one] for one in ([needs] if isinstance(needs, str) else needs)}
            contexts = {
                **self.contexts,
                "needs": {one: {"result": job.result, "outputs": job.outputs} for one, job in needed.items()},
            }
            status = "success" if all(job.result == "success" for job in needed.values()) else "failure"
            if not self._is_true(described.get("if", "success()"), contexts, status):
                jobs[name] = Job("skipped")
            elif "uses" in described:
                jobs[name] = Job(other_workflow(described["uses"]))
            else:
                jobs[name] = self._run_job(described, contexts)
        return jobs

    def _run_job(self, described: Mapping[str, Any], contexts: dict[str, Any]) -> Job:
        environment = self._texts(described.get("env", {}), contexts, "success")
        steps: dict[str, Any] = {}
        contexts = {**contexts, "env": environment, "steps": steps, "runner": {"temp": str(self.temporary)}}
        job = Job("success", self._text(described.get("environment", ""), contexts, "success") or None)
        for step in described["steps"]:
            outcome, outputs = "skipped", dict[str, str]()
            if self._is_true(step.get("if", "success()"), contexts, job.result):
                ran, outputs = self._run_step(step, contexts, job.result)
                job.steps.append(ran)
                outcome = ran.outcome
                if outcome == "failure":
                    job.result = "failure"
            if "id" in step:
                steps[step["id"]] = {"outcome": outcome, "conclusion": outcome, "outputs": outputs}
        job.outputs = self._texts(described.get("outputs", {}), contexts, job.result)
        return job

    def _run_step(
        self, step: Mapping[str, Any], contexts: Mapping[str, Any], status: str
    ) -> tuple[Step, dict[str, str]]:
        if "uses" in step:
            given = self._texts(step.get("with", {}), contexts, status)
            return Step(step.get("name", step["uses"].partition("@")[0]), "success", given), {}
        environment = self._texts({**contexts.get("env", {}), **step.get("env", {})}, contexts, status)
        output = self.temporary / "output"
        output.write_text("", encoding="utf-8")
        script = self.temporary / "script.sh"
        script.write_text(self._text(step["run"], contexts, status), encoding="utf-8")
        found = [str(self.stand_ins), os.environ["PATH"]]
        ran = subprocess.run(
            [*_BASH, str(script)],
            cwd=self.workspace,
            env={
                **os.environ,
                **self.variables,
                **environment,
                "GITHUB_OUTPUT": str(output),
                "RUNNER_TEMP": str(self.temporary),
                "PATH": os.pathsep.join(found),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        outcome = "failure" if ran.returncode else "success"
        return (
            Step(step.get("name", step["run"]), outcome, environment, ran.stdout),
            dict(line.split("=", maxsplit=1) for line in lines),
        )

    def _is_true(self, condition: str, contexts: Mapping[str, Any], status: str) -> bool:
        text = condition.strip().removeprefix("${{").removesuffix("}}")
        if not _ASKS_FOR_THE_STATUS.search(text):
            text = f"success() && ({text})"
        answer = self.node.ask("evaluate", text=text, contexts=contexts, status=status)
        return answer not in (None, False, 0, "")

    def _text(self, text: str, contexts: Mapping[str, Any], status: str) -> str:
        def evaluated(found: re.Match[str]) -> str:
            value = self.node.ask("evaluate", text=found[1].strip(), contexts=contexts, status=status)
            return "" if value is None else str(value)

        return _EXPRESSION.sub(evaluated, text)

    def _texts(self, texts: Mapping[str, Any], contexts: Mapping[str, Any], status: str) -> dict[str, str]:
        return {name: self._text(str(text), contexts, status) for name, text in texts.items()}
