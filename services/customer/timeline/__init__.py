"""The timeline (客户全程跟踪): what happened to a customer, in all services (S01)."""
