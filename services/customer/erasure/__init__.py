"""Erasure (删除个人信息): people are forgotten, and the books stay (GDPR 17, PIPL 47)."""
