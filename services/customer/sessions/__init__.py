"""Sign-in (登录): passwords to access tokens, and the keys that sign them."""
