"""Mending: the results that a Distributed Map writes to S3.

AWS: one file for each status, with what is known of each child, and a manifest that names the files; the state's output
is where that lies. They are written even if the run has failed.
moto: writes a manifest that names no file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.resource_eval.resource_eval_s3 import (
    ResourceEvalS3,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap

from sandbox.interpreter.children import told
from sandbox.interpreter.expressions import evaluated
from sandbox.interpreter.failures import failed
from sandbox.register.map_runs import RESULT_WRITER, RESULTS_OF_FAILED

if TYPE_CHECKING:
    from sandbox.interpreter.children import MapRun
    from sandbox.interpreter.patches import Patches

# Which file a child's end is told in.
FILES = {"SUCCEEDED": ("SUCCEEDED",), "FAILED": ("FAILED", "TIMED_OUT", "ABORTED"), "PENDING": ("RUNNING",)}


class ResultWriters:
    """ResultWriter with `s3:putObject`."""

    def mend(self, patches: Patches) -> None:
        """Write the results as AWS does."""
        evaluate = StateMap._eval_execution  # noqa: SLF001 - the seam

        def evaluate_and_write(state: Any, env: Any) -> None:
            try:
                evaluate(state, env)
            except Exception:
                run: MapRun | None = env.heap.get("map run")
                if state.result_writer and run is not None and run.children and RESULTS_OF_FAILED.holds:
                    env.stack.append(None)  # where the outputs of a run that succeeded are
                    state.result_writer.eval(env)
                raise

        patches.replace(StateMap, "_eval_execution", evaluate_and_write)
        patches.replace(ResourceEvalS3, "_handle_put_object", staticmethod(_put))


def _put(env: Any, resource: Any, credentials: Any) -> None:
    """Stands in for moto's writer: the parameters and the outputs are on the stack."""
    parameters, _ = evaluated(env.stack.pop(), env), env.stack.pop()
    run: MapRun = env.heap["map run"]
    bucket, prefix = parameters["Bucket"], parameters.get("Prefix", "").rstrip("/")
    folder = "/".join(part for part in (prefix, run.arn.rsplit(":", 1)[-1]) if part)
    client = ResourceEvalS3._get_s3_client(resource, credentials)  # noqa: SLF001 - it knows whose the calls are
    try:
        files = {name: _file(client, run, bucket, f"{folder}/{name}_0.json", name) for name in FILES}
        manifest = {"DestinationBucket": bucket, "MapRunArn": run.arn, "ResultFiles": files}
        client.put_object(Bucket=bucket, Key=f"{folder}/manifest.json", Body=_bytes(manifest))
    except ClientError as error:
        if not RESULT_WRITER.holds:
            raise
        raise failed(env, RESULT_WRITER.code, str(error)) from error
    run.written = len(run.children)
    details = {"Bucket": bucket, "Key": f"{folder}/manifest.json"}
    env.stack.append({"MapRunArn": run.arn, "ResultWriterDetails": details})


def _file(client: Any, run: MapRun, bucket: str, key: str, name: str) -> list[dict[str, Any]]:
    children = [told(child) for child in run.children if child.status in FILES[name]]
    if not children:
        return []
    body = _bytes(children)
    client.put_object(Bucket=bucket, Key=key, Body=body)
    return [{"Key": key, "Size": len(body)}]


def _bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
