"""Customer accounts (客户账户): how much each customer owes and has ordered, per currency."""
