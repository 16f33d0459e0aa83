"""Import of customers (客户导入): new ones, and changes of known ones, from a file (S02)."""
