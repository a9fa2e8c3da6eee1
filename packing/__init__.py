"""Makes what `sam build` has built small, and quick to start: `python -m packing .aws-sam/source`."""
