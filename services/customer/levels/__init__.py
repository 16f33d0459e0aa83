"""Levels (客户等级): account managers propose them with reasons, managers judge (S12)."""
