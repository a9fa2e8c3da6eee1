"""Policy documents as IAM wants them."""

import json
from typing import Any

from sandbox.deploy.errors import NotInSandbox

VERSION = "2012-10-17"


def policy_document(written: dict[str, Any] | str, where: str) -> str:
    """The document as JSON. SAM's own policies carry no Version, which moto's IAM requires.

    Raises:
        NotInSandbox: the Version is missing and would matter: without it AWS takes policy variables literally.
    """
    document = json.loads(written) if isinstance(written, str) else written
    if "Version" not in document:
        if "${" in json.dumps(document):
            raise NotInSandbox(f'{where}: a policy document with ${{variables}} needs "Version": "{VERSION}"')
        document = {"Version": VERSION, **document}
    return json.dumps(document)
