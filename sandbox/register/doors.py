"""The doors of databases: security groups."""

from sandbox.register.rule import Rule

DOOR_GROUPS = Rule(
    "rds.door.groups",
    "A database is reached by those whom its security groups admit, by address or as members of a group.",
    source="RDS guide, Controlling access with security groups",
    test="test_doors::test_only_members_of_the_group_that_is_admitted_come_in",
)
DOOR_EGRESS = Rule(
    "rds.door.egress",
    "A function in a VPC reaches what its own security groups let out to.",
    source="VPC guide, Security group rules",
    test="test_doors::test_a_function_s_own_groups_must_let_it_out",
)
DOOR_VPC = Rule(
    "rds.door.vpc",
    "A function in another VPC does not reach a database.",
    source="RDS guide, Scenarios for accessing a DB instance in a VPC",
    test="test_doors::test_a_function_in_another_vpc_stays_outside",
)
DOOR_PUBLIC = Rule(
    "rds.door.public",
    "A database that is not public is reached from inside of its VPC only; a function without a VPC is outside.",
    source="Lambda guide, configuration-vpc",
    test="test_doors::test_a_function_without_a_vpc_reaches_public_databases_only",
)
