"""One function for each resource type; importing this package registers them all."""

from sandbox.deploy.resources import (  # noqa: F401 - imported for what they register
    alarms,
    buckets,
    functions,
    identity,
    keys,
    machines,
    messages,
    network,
    queues,
    rules,
    schedules,
    tables,
    texts,
)
