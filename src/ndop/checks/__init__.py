"""The checks that `ndop check` makes of the project's files, beyond formatting, linting and typing.

Each check yields every problem that it finds, and none needs Maven or a server.
"""
