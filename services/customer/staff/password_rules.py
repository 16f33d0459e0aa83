"""What a password must not be: the login, the one before, or one of those that are tried first
(NIST SP 800-63B, section 3.1.1.2; ASVS 6.2). How long it is, the body of the request says."""

from __future__ import annotations

from services.customer.staff.errors import WeakPassword

#: The commonest of eight characters and more in published lists, and those of China.
_COMMONEST = frozenset(
    """
    0123456789 00000000 11111111 11223344 12121212 12341234 12345678 123456789 1234567890
    12344321 123123123 147258369 1q2w3e4r 1qaz2wsx 1qazxsw2 22222222 31415926 33333333 44444444
    52013140 5201314520 5201314a 55555555 66666666 741852963 77777777 78787878 87654321 88888888
    963852741 987654321 9876543210 99999999 a1234567 a12345678 a123456789 aa123456 aaaaaaaa
    abc12345 abc123456 abcd1234 abcdefgh access14 admin123 admin1234 administrator asdf1234
    asdfasdf asdfghjk asdfghjkl baseball basketball changeme computer corvette dearbook dragon12
    football iloveyou internet jennifer liverpool letmein1 michelle midnight mustang1 pass1234
    passw0rd passwort password password! password1 password12 password123 p@ssw0rd princess
    qazwsxedc qq123456 qq123456789 qwer1234 qwerasdf qwerty12 qwerty123 qwertyui qwertyuiop
    samantha sunshine superman taobao123 trustno1 victoria wang1234 wangyut2 welcome1 welcome123
    whatever woaini123 woaini1314 woaini520 woaiwojia wodemima wozhidao xiazhili zaq12wsx
    zhang123 zxcvbnm1 zxcvbnm123 zxcvbnm,./ 1234qwer q1w2e3r4 qwe123456 kehu1234 kehu123456
    """.split()
)


def check_password(
    password: str, login: str, *, pointer: str = "/password", not_: str | None = None
) -> None:
    """Refuse a password that would be guessed at once.

    Raises:
        WeakPassword: it is the login, one of the commonest, or ``not_``, the one before.
    """
    plain = password.casefold()
    if login.casefold() in (plain, plain[::-1]):
        raise WeakPassword.field(pointer, "The password must not be the login.")
    if plain in _COMMONEST or len(set(plain)) == 1:
        raise WeakPassword.field(pointer, "This password is among the first that are tried.")
    if password == not_:
        raise WeakPassword.field(pointer, "Choose another password than the present one.")
