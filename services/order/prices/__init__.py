"""List prices and discount policy (价目表, 折扣权限): replicas that documents are judged by."""
