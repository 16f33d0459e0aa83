"""Prepayment accounts (预付款账户): money received in advance, held for orders, never negative."""
