"""Refusals of the sessions slice; those of the token endpoint are answered after RFC 6749."""

from __future__ import annotations

from shared.domain.errors import Conflict, DomainError


class NoSession(Conflict):
    """There is no session to sign out of: a machine's token, or another provider's."""

    code = "no_session"
    title = "There is no session to end"


class SignInRefused(DomainError):
    """Unknown login, wrong password, or somebody who left: the answer does not say which."""

    code = "invalid_grant"
    status = 400
    title = "Login and password do not fit"


class RefreshRefused(DomainError):
    """The refresh token is unknown, was used before, or its session is over."""

    code = "invalid_grant"
    status = 400
    title = "The session is over"


class PasswordChangeRequired(DomainError):
    """The password was given for one sign-in, at which its owner chooses another."""

    code = "password_change_required"
    status = 400
    title = "Choose a password of your own"
