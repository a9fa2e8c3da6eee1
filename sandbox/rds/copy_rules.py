"""What a copy is refused for, and what it takes from its source and what from the call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.rds.encryption import SSE_RDS_TYPE
from sandbox.rds.engines import engine_named
from sandbox.rds.families import INSTANCES, Family
from sandbox.rds.models import AVAILABLE, COPYING, CREATING, Snapshot
from sandbox.rds.option_groups import copy_group
from sandbox.rds.options import KIND, chosen_group, needs_group
from sandbox.rds.tags import check_tags, read_tags
from sandbox.register.rds_copies import (
    COPIES_IN_FLIGHT,
    COPY_ACROSS_REGIONS,
    COPY_AVAILABLE,
    COPY_KEEPS_KEY,
    COPY_MULTI_AZ,
    COPY_SHARED_NEEDS_KEY,
    COPY_TAGS_REFUSED,
    COPY_TAGS_STAY,
    COPY_UNENCRYPTED_CLUSTER,
)
from sandbox.register.rds_options import COPY_OPTIONS
from sandbox.register.rds_sources import COPY_CUSTOM, COPY_SSE_RDS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.models import Tags


class CopyRules:
    """AWS's rules for copies of one family's snapshots."""

    def __init__(self, core: Core, family: Family) -> None:
        self._core = core
        self._family = family

    def check_source(self, source: Snapshot) -> None:
        """Whether a snapshot can be copied at all."""
        COPY_AVAILABLE.refuse_if(source.status != AVAILABLE, self._family, name=source.name)
        unconfirmed = self._core.settings.unconfirmed
        multi_az = source.of_multi_az_cluster and unconfirmed.multi_az_cluster_snapshot_code
        COPY_MULTI_AZ.refuse_if(multi_az, code=multi_az or None)
        COPY_CUSTOM.refuse_if(engine_named(source.engine).is_custom, code=unconfirmed.custom_snapshot_code)

    def check_in_flight(self, arn: Arn) -> None:
        """Refuse one copy too many at once."""
        quotas = self._core.settings.quotas
        most = quotas.instance_copies_in_flight if self._family is INSTANCES else quotas.cluster_copies_in_flight
        COPIES_IN_FLIGHT.refuse_if(len(self.in_flight(arn)) >= most, most=most)

    def target_key(self, call: Call, source: Snapshot) -> str | None:
        """The key for the copy, by AWS's rules of when one must and when none may be named."""
        named: str | None = call.parameters.get("KmsKeyId")
        unconfirmed = self._core.settings.unconfirmed
        if not source.encrypted:
            if named and self._family.clustered:
                self._check_encrypting_cluster(source)
            return named
        if named:
            return named
        COPY_ACROSS_REGIONS.refuse_if(source.arn.region != call.region)
        foreign = source.arn.account != call.caller.account
        COPY_SHARED_NEEDS_KEY.refuse_if(foreign, code=unconfirmed.shared_copy_without_key_code)
        return source.key_arn if COPY_KEEPS_KEY.holds else None

    def _check_encrypting_cluster(self, source: Snapshot) -> None:
        unconfirmed = self._core.settings.unconfirmed
        if source.storage_encryption == SSE_RDS_TYPE:
            code = unconfirmed.sse_rds_copy_with_key_code
            COPY_SSE_RDS.refuse_if(code, code=code)
        else:
            code = unconfirmed.cluster_copy_of_unencrypted_with_key_code
            COPY_UNENCRYPTED_CLUSTER.refuse_if(code, code=code)

    def tags(self, call: Call, source: Snapshot) -> Tags:
        """Tags never cross accounts; with CopyTags even AWS's own keys of the source are refused."""
        tags = read_tags(call.parameters.get("Tags"))
        if not call.parameters.get("CopyTags"):
            return tags
        if source.arn.account != call.caller.account and COPY_TAGS_STAY.holds:
            code = self._core.settings.unconfirmed.copy_tags_across_accounts_code
            COPY_TAGS_REFUSED.refuse_if(code is not None, code=code)
            return tags
        check_tags({**source.tags, **tags})
        return {**source.tags, **tags}

    def option_group(self, call: Call, source: Snapshot) -> str:
        """The source's within the account; else one that the call names, a copy of the source's, or the default."""
        foreign = source.arn.account != call.caller.account
        if foreign and call.parameters.get("CopyOptionGroup"):
            return copy_group(self._core, replace(source.arn, kind=KIND, name=source.option_group), call)
        lacking = needs_group(self._core, call, source)
        code = self._core.settings.unconfirmed.lasting_options_copy_code
        COPY_OPTIONS.refuse_if(foreign and lacking, code=code, options=", ".join(sorted(lacking)))
        named = call.parameters.get("OptionGroupName")
        if named or foreign:
            return chosen_group(self._core, call, engine_named(source.engine), source.engine_version)
        return source.option_group

    def in_flight(self, arn: Arn) -> list[Snapshot]:
        """The copies that this account is making in this Region."""
        return [
            one
            for one in self._core.store.snapshots.values()
            if one.family is self._family
            and one.copied_from is not None
            and one.status in (CREATING, COPYING)
            and (one.arn.account, one.arn.region) == (arn.account, arn.region)
        ]
