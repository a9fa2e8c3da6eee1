"""IAM: what bounds a role."""

from sandbox.register.rule import Rule

BOUNDED = Rule(
    "iam.boundary.bounds",
    "A role with a permissions boundary may do what its own policies and the boundary both allow.",
    source="IAM guide, access_policies_boundaries",
    test="test_permissions::test_a_permissions_boundary_narrows_a_role",
)
BOUNDARY_IS_THERE = Rule(
    "iam.boundary.there",
    "A role's boundary is a managed policy that is there: one of its own account's, or of AWS's.",
    source="botocore iam.PutRolePermissionsBoundary",
    code="NoSuchEntity",
    message="Scope ARN: {arn} does not exist or is not attachable.",
    test="test_permissions::test_a_boundary_is_a_policy_that_is_there",
)
BOUNDARY_STAYS = Rule(
    "iam.boundary.stays",
    "A policy that bounds a role is not deleted.",
    source="botocore iam.DeletePolicy",
    code="DeleteConflict",
    message="Cannot delete a policy attached to entities.",
    test="test_permissions::test_a_policy_that_bounds_a_role_stays",
)
