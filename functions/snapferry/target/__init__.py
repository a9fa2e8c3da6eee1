"""The target account: how a database comes up there, serves under a name, and is put away again."""
