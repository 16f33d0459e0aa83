"""Sign-in (登录): passwords to access tokens, the keys that sign them, and when they are void."""
