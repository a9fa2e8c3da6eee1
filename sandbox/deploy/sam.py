"""SAM to CloudFormation, offline, by AWS's own aws-sam-translator.

`sam package` uploads code and definitions to S3 and writes the bucket and key into the template. Here the
"bucket" is LOCAL and the key a digest of the content and an absolute path, so that everything behind the translator
stays as on AWS: other content has another key, by which an update knows it.
"""

import copy
import hashlib
from pathlib import Path
from typing import Any

import boto3
from samtranslator.metrics.metrics import DummyMetricsPublisher, Metrics
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox

LOCAL = "this-machine"
SAM = "AWS::Serverless-2016-10-31"

# Where a template names a local file or folder: type, property, the two keys of an S3 place in it.
_LOCAL_PROPERTIES = (
    ("AWS::Serverless::Function", "CodeUri", ("Bucket", "Key")),
    ("AWS::Serverless::StateMachine", "DefinitionUri", ("Bucket", "Key")),
    ("AWS::Lambda::Function", "Code", ("S3Bucket", "S3Key")),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location", ("Bucket", "Key")),
)


def to_cloudformation(
    template: dict[str, Any], folder: Path, parameters: dict[str, str], region: str
) -> dict[str, Any]:
    """The template without SAM: relative paths of `folder` resolved, serverless types translated."""
    template = _with_local_places(copy.deepcopy(template), folder)
    if not _uses_sam(template):
        return template
    metrics = Metrics("ServerlessTransform", DummyMetricsPublisher())
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region), metrics=metrics)
    try:
        translated: dict[str, Any] = translator.translate(template, dict(parameters))
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise InvalidTemplate(f"Invalid Serverless Application Specification document: {causes}") from error
    finally:
        metrics.publish()  # to nowhere; else the translator warns about it when Python ends
    return translated


def local_path(place: dict[str, Any], where: str) -> Path:
    """The path behind an S3 place that `to_cloudformation` wrote."""
    values = {key.removeprefix("S3"): value for key, value in place.items()}
    if values.get("Bucket") != LOCAL or set(values) != {"Bucket", "Key"}:
        raise NotInSandbox(f"{where}: only code and definitions beside the template can be run, not {place}")
    return Path(values["Key"].partition(":")[2])


def _uses_sam(template: dict[str, Any]) -> bool:
    transforms = template.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    if unknown := [transform for transform in transforms if transform != SAM]:
        raise NotInSandbox(f"Transform: the sandbox does not know {unknown}")
    return bool(transforms)


def _with_local_places(template: dict[str, Any], folder: Path) -> dict[str, Any]:
    for logical_id, resource in template.get("Resources", {}).items():
        for type_name, name, keys in _LOCAL_PROPERTIES:
            if isinstance(resource, dict) and resource.get("Type") == type_name:
                _localise(resource.get("Properties", {}), name, keys, folder, logical_id)
    for section, name in (("Function", "CodeUri"), ("StateMachine", "DefinitionUri")):
        properties = template.get("Globals", {}).get(section, {})
        _localise(properties, name, ("Bucket", "Key"), folder, f"Globals.{section}")
    return template


def _localise(properties: dict[str, Any], name: str, keys: tuple[str, str], folder: Path, where: str) -> None:
    value = properties.get(name)
    if not isinstance(value, str) or value.startswith("s3://"):
        return
    path = (folder / value).resolve()
    if not path.exists():
        raise InvalidTemplate(f"{where}: {name}: there is no {value} beside the template")
    properties[name] = {keys[0]: LOCAL, keys[1]: f"{_digest(path)}:{path}"}


def _digest(path: Path) -> str:
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    digest = hashlib.sha256()
    for each in files:
        if "__pycache__" not in each.parts:
            digest.update(f"{each.relative_to(path)}\0".encode() + each.read_bytes())
    return digest.hexdigest()[:16]
