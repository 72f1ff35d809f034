"""What `ndop check` asks of the project's own files, besides formatters, linters and type checkers.

Each check yields every problem that it finds, and none of them needs Maven or a server.
"""
