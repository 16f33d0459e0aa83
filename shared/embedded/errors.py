"""The one error of the embedded PostgreSQL: it says what is wrong and what to do about it."""


class EmbeddedPostgresError(RuntimeError):
    """PostgreSQL cannot be found, initialised, started, reached or stopped here."""


class ServerGoneError(EmbeddedPostgresError):
    """The server that was about to answer has died."""
