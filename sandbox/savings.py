"""Not mendings but savings: what botocore and moto do again and again, or for nobody, in every sandbox.

Nothing that an API call shows is changed, but for EC2's 1,300 public images, which are not there.
"""

from __future__ import annotations

import functools
import gc
import os
from typing import Any

import botocore.session
import moto.backends
import moto.core.utils
import moto.kms.models
import xmltodict  # type: ignore[import-untyped]
from moto.core.loaders import create_loader
from moto.kms.utils import generate_private_key

COLLECT_AFTER = (20_000, 20, 20)
WITH_KEY_PAIR = ("RSA_", "ECC_", "SM2")


@functools.cache
def save_work() -> None:
    """Once in a process, when everything is imported: together a second of the first deployment's three."""
    _share_descriptions_of_services()
    _look_once_for_moto_s_services()
    _make_key_pairs_for_asymmetric_keys_only()
    _check_names_of_elements_once()
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    gc.freeze()  # modules and moto's tables, a million objects that stay: not to be searched for garbage
    gc.set_threshold(*COLLECT_AFTER)


def _share_descriptions_of_services() -> None:
    """Each new loader lists all services' folders and reads the JSON anew."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    moto.core.utils.create_loader = functools.cache(create_loader)  # type: ignore[attr-defined]


def _look_once_for_moto_s_services() -> None:
    """At every request moto lists its own folder, 200 entries."""
    names = frozenset(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: names


def _make_key_pairs_for_asymmetric_keys_only() -> None:
    """Each symmetric key gets an RSA pair, too, which nothing uses."""

    def key_pair(key_spec: str) -> Any:
        return generate_private_key(key_spec) if key_spec.startswith(WITH_KEY_PAIR) else None

    moto.kms.models.generate_private_key = key_pair  # type: ignore[attr-defined]


def _check_names_of_elements_once() -> None:
    """An answer in XML has hundreds of elements, and each name is looked through letter by letter."""
    xmltodict._validate_name = functools.cache(xmltodict._validate_name)  # noqa: SLF001
