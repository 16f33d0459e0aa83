"""Reconciliation (对账): the service checks its own figures."""
